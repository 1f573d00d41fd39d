import type { FleetJob } from '../shared/queues/jobs.ts';

/** A job that has waited often already looks again after at most so many times the wait that the pace tells. */
const MOST_WAITS = 20;
/** Critical ones go on looking often: their places are free a moment before those of the others. */
const MOST_WAITS_OF_CRITICAL = 2;
const CRITICAL = 1;

/**
 * When a job that the pace of a channel has turned away looks again, ms. The pace tells when its next place is free, and tells it to
 * all who wait: were they all to look again then, each message of a storm would cost as many looks as there are messages.
 */
export function pacedWaitMs(
  waitMs: number,
  { attemptsStarted = 0, opts }: Pick<FleetJob, 'opts'> & { attemptsStarted?: number },
  random: () => number = Math.random,
): number {
  const most = opts.priority === CRITICAL ? MOST_WAITS_OF_CRITICAL : MOST_WAITS;
  return waitMs * (1 + random() * Math.min(Math.max(0, attemptsStarted - 1), most));
}
