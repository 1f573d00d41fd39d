import { DelayedError } from 'bullmq';
import { isQueueAway } from '../shared/database/queue-pool.ts';
import { pause } from '../shared/deadline.ts';
import type { FleetJob } from '../shared/queues/jobs.ts';

/** How long a job waits that a process gives back because it stops, ms: within it another one has room. */
export const SHUTDOWN_WAIT_MS = 100;

/** A queue that is away is asked again this often, ms, for at most so long; then its lock runs out as a dead worker's does. */
const ASK_EVERY_MS = 250;
const ASK_FOR_MS = 60_000;

/**
 * Puts a job back for `delayMs` from now; BullMQ counts no attempt for it. A queue in a database that is away takes it as soon as it
 * is there again. Always throws: BullMQ's DelayedError, or what the queue throws when the job is no longer ours.
 */
export async function sendBack(
  job: Pick<FleetJob, 'moveToDelayed'>,
  token: string,
  delayMs: number,
  askForMs = ASK_FOR_MS,
): Promise<never> {
  const until = Date.now() + Math.ceil(delayMs);
  for (const end = performance.now() + askForMs; ; await pause(ASK_EVERY_MS)) {
    try {
      await job.moveToDelayed(until, token);
      break;
    } catch (error) {
      if (!isQueueAway(error) || performance.now() > end) throw error;
    }
  }
  throw new DelayedError();
}
