import type { Evidence, Report } from '../../src/shared/report.ts';
import { aClassified } from './alerts.ts';
import type { TestStore } from './services.ts';

/** Writes a new alert down and returns the incident that it opened. */
export async function openIncident(
  { store }: Pick<TestStore, 'store'>,
  ...given: Parameters<typeof aClassified>
): Promise<string> {
  const [decision] = await store.intake.storeAlerts([aClassified(...given)]);
  return decision!.incidentId;
}

/** Claims the incident's first run for a worker; throws when it is not to be had. */
export async function claimRun({ store }: Pick<TestStore, 'store'>, incidentId: string, worker = 'worker-1') {
  const claim = await store.investigations.claim(incidentId, 1, worker);
  if (claim.outcome !== 'claimed') throw new Error(`the incident is ${claim.outcome}`);
  return claim;
}

/** The lease of such a claim alone. */
export async function claimIncident(test: Pick<TestStore, 'store'>, incidentId: string, worker?: string) {
  return (await claimRun(test, incidentId, worker)).lease;
}

/** Brings a new incident as far as `reported`: its report stands and its delivery is asked for. */
export async function reportedIncident(test: Pick<TestStore, 'store'>, ...given: Parameters<typeof aClassified>) {
  const incidentId = await openIncident(test, ...given);
  const lease = await claimIncident(test, incidentId);
  const wanted = await test.store.investigations.saveReport(lease, aReport(), null);
  return { incidentId, lease, wanted };
}

/** Claims the delivery of the incident's first run; throws when it is not to be had. */
export async function claimDelivery({ store }: Pick<TestStore, 'store'>, incidentId: string, run = 1) {
  const claim = await store.deliveries.claim(incidentId, run);
  if (claim.outcome !== 'claimed') throw new Error(`the delivery is ${claim.outcome}`);
  return claim.lease;
}

/** Lets the time of the leases on an incident run out, as if their workers had been paused. */
export async function expireLeases({ database }: Pick<TestStore, 'database'>, incidentId: string): Promise<void> {
  const past = `lease_until = now() - interval '1 s'`;
  await database.query(`update rca_fleet.investigations set ${past} where incident_id = $1`, [incidentId]);
  await database.query(`update rca_fleet.deliveries set ${past} where incident_id = $1 and part = 'reply'`, [
    incidentId,
  ]);
}

/** Makes everything about these incidents look untouched for a minute. */
export async function makeQuiet({ database }: Pick<TestStore, 'database'>, ids: string[]): Promise<void> {
  const past = `updated_at = now() - interval '1 minute'`;
  await database.query(`update rca_fleet.incidents set ${past} where id = any($1::uuid[])`, [ids]);
  await database.query(`update rca_fleet.deliveries set ${past} where incident_id = any($1::uuid[])`, [ids]);
}

export function aReport(given: Partial<Report> = {}): Report {
  return {
    tier: 'detectors',
    verdict: 'identified',
    class: 'network',
    rootCause: { statement: 'the gateway refuses connections', component: 'gateway', confidence: 0.8, evidence: [1] },
    hypotheses: [],
    timeline: [],
    immediateActions: [],
    prevention: [],
    metrics: [],
    couldNotCheck: [],
    ...given,
  };
}

export function anEvidence(number: number, given: Partial<Evidence> = {}): Evidence {
  return {
    number,
    capability: 'logs.query',
    server: 'signoz',
    tool: 'query_logs',
    query: { service: 'checkout' },
    from: null,
    to: null,
    collectedAt: '2026-10-01T08:16:00.000Z',
    data: { lines: [] },
    text: 'no lines',
    truncated: false,
    digest: 'd'.repeat(64),
    ...given,
  };
}
