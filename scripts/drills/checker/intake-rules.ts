import type { Observed } from './observed.ts';

/** Invariant 1: every alert of a 2xx is a row of the store, in the incident that the answer named. */
export function acknowledgedIsStored({ witness, final }: Observed): string[] {
  const stored = new Map(final.alerts.map((alert) => [alert.id, alert]));
  return witness.flatMap(({ key, outcome, ids }) => {
    if (outcome !== 'acknowledged') return [];
    if (ids.length === 0) return [`${key} was acknowledged without an alert`];
    return ids.flatMap(({ alertId, incidentId }) => {
      const alert = stored.get(alertId);
      if (!alert) return [`${key} was acknowledged as ${alertId}, which is not stored`];
      return alert.incidentId === incidentId
        ? []
        : [`${key} was promised to ${incidentId}, it is in ${alert.incidentId}`];
    });
  });
}

/** Invariant 1: whatever the sender was told, and however often it sent again, a delivery is stored once at most. */
export function deliveryIsStoredOnce({ witness, final }: Observed): string[] {
  const sent = Map.groupBy(witness, (entry) => entry.key);
  const stored = Map.groupBy(final.alerts, (alert) => alert.key ?? '');
  return [...stored].flatMap(([key, rows]) => {
    const deliveries = new Set((sent.get(key) ?? []).map((entry) => entry.delivery)).size;
    return rows.length > Math.max(1, deliveries)
      ? [`${key} was sent as ${deliveries} deliveries and is stored ${rows.length} times`]
      : [];
  });
}

/** No row that nobody has sent. */
export function storedWasSent({ witness, final }: Observed): string[] {
  const sent = new Set(witness.map((entry) => entry.key));
  return final.alerts.flatMap((alert) =>
    sent.has(alert.key ?? '') ? [] : [`${alert.key ?? alert.id} is stored and was never sent`],
  );
}

/** Invariant 2: alerts of one key are answered by one incident. */
export function sameAlertIsOneIncident({ final }: Observed): string[] {
  const byKey = Map.groupBy(final.alerts, (alert) => alert.key ?? '');
  return [...byKey].flatMap(([key, rows]) => {
    const incidents = new Set(rows.map((row) => row.incidentId));
    return incidents.size > 1 ? [`${key} has ${incidents.size} incidents`] : [];
  });
}
