import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { FleetJob } from '../shared/queues/jobs.ts';
import type { Queues } from '../shared/queues/queues.ts';

/** Jobs that are looked up at once. */
const AT_ONCE = 20;

/** Where the job of an item is: its queue and its id. */
export type JobPlace = { queue: string; id: string };

type Deps = { queues: Queues; logger: Logger };

/**
 * Looks up the jobs that should work on these items, and returns the items that have none. A job that failed for good
 * blocks its id: `onFailed` says what that means, and the item is left out. One that was completed although there is work
 * has lost its way: it is removed, and its item counts as lost. What can't be looked up now is left out.
 */
export async function findLostJobs<T>(
  { queues, logger }: Deps,
  items: T[],
  placeOf: (item: T) => JobPlace,
  onFailed: (item: T, why: string) => Promise<void>,
): Promise<T[]> {
  const look = async (item: T): Promise<boolean> => {
    const { queue, id } = placeOf(item);
    try {
      return await isLost(await queues.queue(queue).getJob(id), (why) => onFailed(item, why));
    } catch (error) {
      // One that can't be settled must not keep the others from their turn.
      logger.warn('a job could not be reconciled', { queue, job: id, error: describeError(error) });
      return false;
    }
  };
  const lost: T[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const some = items.slice(at, at + AT_ONCE);
    const verdicts = await Promise.all(some.map(look));
    lost.push(...some.filter((_, index) => verdicts[index]));
  }
  return lost;
}

async function isLost(job: FleetJob | undefined, onFailed: (why: string) => Promise<void>): Promise<boolean> {
  if (!job) return true;
  if (!job.finishedOn) return false;
  if (await job.isFailed()) {
    await onFailed(job.failedReason ?? 'the job failed');
    return false;
  }
  await job.remove();
  return true;
}
