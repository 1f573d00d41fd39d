import type { Alert } from '../shared/alert.ts';
import type { EvidenceFormData } from '../shared/evidence-forms.ts';
import { maskAddressesIn } from '../shared/mask-addresses.ts';
import type { Evidence } from '../shared/report.ts';
import type { IncidentAlert } from '../shared/store/incident-store.ts';
import type { Lease } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';
import { alertFacts } from './alert-facts.ts';
import { oneLine } from './detectors/support/text.ts';
import type { KnownEvidence } from './gather-evidence.ts';
import { type Answer, toEvidence } from './to-evidence.ts';

type ActiveAlert = EvidenceFormData<'alerts.active'>['alerts'][number];

/** Who answers for what our own intake has taken up. */
export const INTAKE = { server: 'rca-fleet', tool: 'intake' } as const;

/** The store gives no more alerts of an incident than this. */
const MOST_ALERTS = 200;
const MOST_TITLE = 160;
const MOST_DESCRIPTION = 300;
const MOST_LABELS = 400;

/** The step under which the alerts of an incident are stored as evidence: once per run. */
const ALERTS_STEP = 'the alerts of the incident';

/** Makes the alerts of a storm known evidence, once per run; returns how many pieces there are of it. Throws what the store throws. */
export async function addIncidentAlerts(
  { store, maskIpAddresses }: { store: Pick<Store, 'investigations'>; maskIpAddresses?: boolean },
  lease: Lease,
  alerts: IncidentAlert[],
  known: KnownEvidence,
): Promise<number> {
  if (known.has(ALERTS_STEP)) return 1;
  const number = 1 + Math.max(0, ...[...known.values()].map((item) => item.number));
  const found = alertsAsEvidence(number, lease.incidentId, alerts);
  if (found === null) return 0;
  const evidence = maskIpAddresses ? maskAddressesIn(found) : found;
  await store.investigations.saveEvidence(lease, [{ stepKey: ALERTS_STEP, evidence }]);
  known.set(ALERTS_STEP, evidence);
  return 1;
}

/**
 * The alerts of an incident for which several have been coalesced, as evidence of the form `alerts.active`: what fires, about
 * what, since when, with their texts and labels in the readable part. Null where all of them are firings of one alert.
 */
export function alertsAsEvidence(number: number, incidentId: string, alerts: IncidentAlert[]): Evidence | null {
  const members = latestOfEach(alerts);
  if (members.length < 2) return null;
  const active = members.map((alert) => ({ alert, about: aboutOf(alert) }));
  const firing = active.filter(({ alert }) => alert.status === 'firing').map(({ about }) => about);
  const answer: Answer = {
    ...INTAKE,
    arguments: { incident: incidentId },
    data: { alerts: firing },
    text: [summaryOf(firing, alerts.length), ...active.map(({ alert, about }) => lineOf(alert, about))].join('\n'),
  };
  return toEvidence(number, 'alerts.active', answer);
}

/** Of each alert its first firing, or its resolution where that came later; in the order in which they began. */
function latestOfEach(alerts: IncidentAlert[]): Alert[] {
  const byArrival = [...alerts].sort((left, right) => Date.parse(left.receivedAt) - Date.parse(right.receivedAt));
  const known = new Map<string, Alert>();
  for (const { alert } of byArrival) {
    const earlier = known.get(alert.fingerprint);
    if (!earlier || earlier.status !== alert.status) known.set(alert.fingerprint, alert);
  }
  const startOf = ({ startsAt }: Alert) => Date.parse(startsAt ?? '') || Number.MAX_SAFE_INTEGER;
  return [...known.values()].sort((left, right) => startOf(left) - startOf(right));
}

/** What an alert is about: its service, or else the smallest thing that it names. */
function aboutOf(alert: Alert): ActiveAlert {
  const { name, severity, startsAt } = alert;
  const facts = alertFacts([alert], new Date(startsAt ?? 0));
  const named: [kind: string | null, entity: string | null | undefined][] = [
    ['Service', alert.service],
    ['Pod', facts.pod],
    ['Deployment', facts.deployment],
    ['Service', facts.service],
    ['Node', facts.node],
    [null, facts.database ?? facts.host],
  ];
  const [kind, entity] = named.find(([, found]) => found) ?? [null, ''];
  const namespace = alert.namespace ?? facts.namespace ?? null;
  return { name, kind, entity: entity ?? '', namespace, severity, startsAt, says: wordsOf(alert) };
}

/** Names of rules are general; what happened stands in their texts, and in the reason that Kubernetes gives. */
function wordsOf({ title, description, labels }: Alert): string {
  return oneLine([...new Set([title, description, labels.reason])].filter(Boolean).join(' | '), MOST_DESCRIPTION);
}

function summaryOf(firing: ActiveAlert[], all: number): string {
  const services = new Set(firing.map(({ entity }) => entity).filter(Boolean)).size;
  const more = all >= MOST_ALERTS ? `, of which the first ${MOST_ALERTS} messages are listed` : '';
  return `${firing.length} alerts of ${services} services fire in this incident (${all} messages${more}):`;
}

function lineOf(alert: Alert, { kind, entity, namespace }: ActiveAlert): string {
  const where = entity ? `${kind ?? 'about'} ${entity}${namespace ? ` in ${namespace}` : ''}` : 'about nothing named';
  const words = [
    alert.startsAt ?? 'start unknown',
    alert.status,
    alert.severity,
    where,
    oneLine(alert.title, MOST_TITLE),
    alert.description === alert.title ? '' : oneLine(alert.description, MOST_DESCRIPTION),
    oneLine(JSON.stringify(alert.labels), MOST_LABELS),
  ];
  return words.filter(Boolean).join(' | ');
}
