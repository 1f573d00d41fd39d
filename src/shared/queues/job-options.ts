import type { JobsOptions } from 'bullmq';
import { DEAD_LETTER_QUEUE, MAINTENANCE_QUEUE, POST_QUEUE } from './queue-names.ts';
import type { Queues } from './queues.ts';

/** Attempts and retention per queue; the wait between attempts is `backoffMs`. */
const JOB_OPTIONS: Record<'investigate' | 'post' | 'dead' | 'maintenance', JobsOptions> = {
  investigate: {
    attempts: 4,
    backoff: { type: 'capped', delay: 1_000 },
    removeOnComplete: { age: 3_600, count: 1_000 },
  },
  post: { attempts: 20, backoff: { type: 'capped', delay: 1_000 }, removeOnComplete: true },
  dead: {
    attempts: 1,
    // Its id must be free when the same run dies again after its delivery alone was repeated.
    removeOnComplete: true,
    removeOnFail: { age: 30 * 86_400, count: 10_000 },
  },
  maintenance: { attempts: 1, removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } },
};
const FAILED_RETENTION = { age: 7 * 86_400, count: 5_000 };
/** In PostgreSQL every completion sorts the completed jobs that are kept: a thousand of them cost it 3 ms of processor time, a hundred half. */
const COMPLETED_IN_POSTGRES = 100;

/** How often a job of a queue is tried, and for how long it is kept when it has ended. */
export function jobOptions(name: string, backend: Queues['backend']): JobsOptions {
  if (name === POST_QUEUE) return { removeOnFail: FAILED_RETENTION, ...JOB_OPTIONS.post };
  if (name === DEAD_LETTER_QUEUE) return JOB_OPTIONS.dead;
  if (name === MAINTENANCE_QUEUE) return JOB_OPTIONS.maintenance;
  const kept = backend === 'postgres' && { removeOnComplete: { age: 3_600, count: COMPLETED_IN_POSTGRES } };
  return { removeOnFail: FAILED_RETENTION, ...JOB_OPTIONS.investigate, ...kept };
}

/** The wait before attempt `attempt + 1`, ms: doubling from `base`, at most a minute, with up to half of it random. */
export function backoffMs(attempt: number, base = 1_000, random: () => number = Math.random): number {
  const full = Math.min(60_000, base * 2 ** Math.min(attempt - 1, 16));
  return Math.round(full * (0.5 + random() / 2));
}
