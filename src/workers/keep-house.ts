import { pause, withDeadline } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { MAINTENANCE_QUEUE } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { Store } from '../shared/store/store.ts';

const EVERY_MS = 3_600_000;
const SCHEDULE = 'hourly';
/** Incidents are kept this long after their end; dead ones longer, until somebody has dealt with them. */
const RETENTION_DAYS = 90;
const DEAD_RETENTION_DAYS = 365;
/** Of these each may have a hundred pieces of evidence: some ten thousand rows. */
const BATCH = 100;
const BREATH_MS = 50;

/** Keeps the housekeeping scheduled until the signal is aborted: the queue may be down now, or be emptied later. */
export async function keepHousekeepingScheduled(queues: Queues, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await scheduleHousekeeping(queues, logger);
    await pause(EVERY_MS, signal, false);
  }
}

/** Has the maintenance queue run once an hour; does nothing when that is scheduled already. */
export async function scheduleHousekeeping(queues: Queues, logger: Logger): Promise<void> {
  const template = { name: 'prune', data: { incidentId: 'none', run: 0 } };
  const schedule = async () => {
    const queue = queues.queue(MAINTENANCE_QUEUE);
    if (await queue.getJobScheduler(SCHEDULE)) return;
    await queue.upsertJobScheduler(SCHEDULE, { every: EVERY_MS }, template);
  };
  await withDeadline('scheduling the housekeeping', 5_000, schedule).catch((error) =>
    logger.warn('the housekeeping could not be scheduled now', { error: describeError(error) }),
  );
}

/**
 * Deletes what ended more than 90 days ago (dead letters: a year), so that tables stay bounded: in small batches with a pause
 * after each, in which others get their turn and autovacuum follows, until nothing is left or the signal is aborted.
 */
export async function keepHouse(store: Pick<Store, 'incidents'>, signal: AbortSignal): Promise<string> {
  let deleted = 0;
  while (!signal.aborted) {
    const { incidents, alerts } = await store.incidents.prune(RETENTION_DAYS, BATCH, DEAD_RETENTION_DAYS);
    if (incidents === 0 && alerts === 0) break;
    deleted += incidents;
    await pause(BREATH_MS, signal, false);
  }
  return `${deleted} incidents deleted`;
}
