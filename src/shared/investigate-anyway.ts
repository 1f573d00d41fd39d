import type { Queues } from './queues/queues.ts';
import { queueRun, redriveIncident } from './redrive-incident.ts';
import type { Store } from './store/store.ts';

/** What "investigate anyway" came to: `done` with what happens now, `at_work` when there is nothing to reverse. */
export type AnywayOutcome = { kind: 'done'; outcome: string } | { kind: 'at_work' } | { kind: 'unknown' };

/**
 * Reverses what intake decided against an investigation: a held incident is investigated now, one that ended (suppressed,
 * resolved early, posted, dead) gets a new run, which neither a resolution nor a budget stops.
 */
export async function investigateAnyway(
  deps: { store: Store; queues: Queues },
  incidentId: string,
): Promise<AnywayOutcome> {
  const found = await deps.store.incidents.investigateAnyway(incidentId);
  if (!found) return { kind: 'unknown' };
  if (found.taken) return { kind: 'done', outcome: await queueRun(deps, found.taken) };
  const outcome = found.was === 'dead' ? await redriveIncident(deps, incidentId) : null;
  return outcome === null ? { kind: 'at_work' } : { kind: 'done', outcome };
}
