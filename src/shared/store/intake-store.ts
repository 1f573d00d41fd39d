import type { Alert, Classification } from '../alert.ts';
import type { Database } from '../database/database.ts';
import type { DecisionKind } from '../incident.ts';
import { storableJson } from './storable-json.ts';

/** An alert with its classification, ready to be written down; the ids are ours and new. */
export type ClassifiedAlert = { alertId: string; incidentId: string; alert: Alert; classification: Classification };

/** What intake decided for one alert; a repeated delivery gets the decision of the first one. */
export type IntakeDecision = {
  id: string;
  incidentId: string;
  decision: DecisionKind;
  reason: string;
  /** Set when a new incident was made, which now wants to be queued. */
  opened: boolean;
};

export type IntakeStore = {
  /** Writes all alerts with one statement, and returns a decision for each, in their order. */
  storeAlerts(alerts: ClassifiedAlert[]): Promise<IntakeDecision[]>;
};

/** For how long identical firings join the incident of the first one, in seconds. */
export const DEDUPE_WINDOW_SECONDS = 30 * 60;

const NOTHING_OPEN = 'the alert was already resolved and no incident was open for it';

/**
 * One statement for many alerts. The row lock of a slot makes de-duplication exact across processes; both inserts go in
 * key order, and alerts before slots, so that two batches never wait for each other. An alert opens an incident where its
 * slot holds the incident id that was made for it.
 */
const STORE_ALERTS = `
with input as (
  select n, alert_id, incident_id, alert, classification,
         alert->>'deliveryKey' as delivery_key, alert->>'fingerprint' as fingerprint, alert->>'status' as status
  from jsonb_to_recordset($1::jsonb) as x(n int, alert_id uuid, incident_id uuid, alert jsonb, classification jsonb)
), stored as (
  insert into rca_fleet.alerts (id, delivery_key, fingerprint, source, status, alert)
  select alert_id, delivery_key, fingerprint, alert->>'source', status, alert from input order by delivery_key, n
  on conflict (delivery_key) do nothing
  returning id
), taken as (
  select input.* from input join stored on stored.id = input.alert_id
), firing as (
  select distinct on (fingerprint) * from taken where status = 'firing' order by fingerprint, n
), slot as (
  insert into rca_fleet.incident_slots as s (fingerprint, incident_id, expires_at)
  select fingerprint, incident_id, now() + make_interval(secs => $2) from firing order by fingerprint
  on conflict (fingerprint) do update set
    (incident_id, expires_at) = (
      select case when free then excluded.incident_id else s.incident_id end,
             case when free then excluded.expires_at else s.expires_at end
      from (select s.expires_at <= now() and not exists (
              select 1 from rca_fleet.incidents i where i.id = s.incident_id and i.finished_at is null) as free) as window_over
    )
  returning fingerprint, incident_id
), answered as (
  select taken.*, slot.incident_id as answers, slot.incident_id = taken.incident_id as opens
  from taken join slot using (fingerprint) where taken.status = 'firing'
  union all
  select * from (
    select distinct on (taken.alert_id) taken.*, coalesce(slot.incident_id, earlier.incident_id) as answers, false
    from taken
    left join slot using (fingerprint)
    left join rca_fleet.incident_slots earlier using (fingerprint)
    where taken.status = 'resolved'
  ) as resolved
), incidents as (
  insert into rca_fleet.incidents (id, state, reason, fingerprint, agent, class, severity, priority, classification,
                                   service, namespace, title, slack, finished_at, resolved_at)
  select incident_id, case when opens then 'received' else 'suppressed' end, case when not opens then $3 end,
         fingerprint, classification->>'agent', classification->>'class',
         classification->>'severity', (classification->>'priority')::int, classification,
         alert->>'service', alert->>'namespace', alert->>'title', nullif(alert->'slack', 'null'),
         case when not opens then now() end, case when not opens then now() end
  from answered where opens or answers is null
), marked as (
  update rca_fleet.incidents set resolved_at = now(), updated_at = now()
  where id in (select answers from answered where status = 'resolved')
), decided as (
  select n, alert_id, coalesce(answers, incident_id) as incident_id,
         case when opens then 'investigate' when status = 'firing' then 'join' when answers is null then 'suppress'
              else 'resolve' end as decision,
         case when opens then 'no incident is open for this alert: ' || (classification->'reasons'->>0)
              when status = 'firing' then 'the same alert has an incident already: it joins that one'
              when answers is null then $3
              else 'the sender says that the alert is resolved' end as reason
  from answered
), linked as (
  insert into rca_fleet.incident_alerts (alert_id, incident_id, decision, reason)
  select alert_id, incident_id, decision, reason from decided
)
select n, alert_id, incident_id, decision, reason from decided`;

const FIND_DELIVERED = `
select a.delivery_key, l.alert_id, l.incident_id, l.decision, l.reason
from rca_fleet.alerts a join rca_fleet.incident_alerts l on l.alert_id = a.id
where a.delivery_key = any($1)`;

type DecidedRow = { n: number; alert_id: string; incident_id: string; decision: DecisionKind; reason: string };
type DeliveredRow = Omit<DecidedRow, 'n'> & { delivery_key: string };

/** The repository of intake. */
export function createIntakeStore(database: Database): IntakeStore {
  const findDelivered = async (keys: string[]): Promise<Map<string, IntakeDecision>> => {
    if (keys.length === 0) return new Map();
    const rows = await database.query<DeliveredRow>(FIND_DELIVERED, [keys]);
    return new Map(rows.map((row) => [row.delivery_key, toDecision(row, false)]));
  };
  return {
    async storeAlerts(alerts) {
      const input = alerts.map((item, n) => ({
        n,
        alert_id: item.alertId,
        incident_id: item.incidentId,
        alert: item.alert,
        classification: item.classification,
      }));
      const rows = await database.query<DecidedRow>(STORE_ALERTS, [
        storableJson(input),
        DEDUPE_WINDOW_SECONDS,
        NOTHING_OPEN,
      ]);
      const fresh = new Map(rows.map((row) => [row.n, toDecision(row, row.decision === 'investigate')]));
      const repeated = alerts.filter((_, n) => !fresh.has(n)).map((item) => item.alert.deliveryKey);
      const delivered = await findDelivered(repeated);
      return alerts.map((item, n) => {
        const decision = fresh.get(n) ?? delivered.get(item.alert.deliveryKey);
        if (!decision) throw new Error(`the store gave no decision for alert ${item.alertId}`);
        return decision;
      });
    },
  };
}

function toDecision(row: Omit<DecidedRow, 'n'>, opened: boolean): IntakeDecision {
  return { id: row.alert_id, incidentId: row.incident_id, decision: row.decision, reason: row.reason, opened };
}
