import type { Job } from 'bullmq';
import { withDeadline } from '../shared/deadline.ts';
import type { FleetJob, FleetWorker, Queues, QueueWorkerOptions } from '../shared/queues.ts';

/** For how long waiting jobs may find nobody to take them before the consumer counts as stuck, ms. */
const STUCK_MS = 20_000;

export type WorkerPool = {
  queue: string;
  /** Throws when jobs wait and this pool, which has room, takes none: a consumer that is connected and yet stuck. */
  assertConsuming(): Promise<void>;
  /** Lets running jobs finish within `timeoutMs`, then aborts them; they go back to the queue. */
  close(timeoutMs: number): Promise<void>;
};

export type ProcessJob = (job: FleetJob, token: string, stop: AbortSignal) => Promise<string>;

/** Time that aborted jobs get to send themselves back, ms. */
const ABORT_GRACE_MS = 3_000;

/** Starts the workers of one queue in this process. */
export function startWorkerPool(
  queues: Queues,
  queue: string,
  options: QueueWorkerOptions,
  process: ProcessJob,
): WorkerPool {
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  const worker = queues.startWorker(
    queue,
    (job: Job, token?: string) => {
      const work = process(job as FleetJob, token ?? '', stop.signal);
      const tracked = work.catch(() => undefined).finally(() => running.delete(tracked));
      running.add(tracked);
      return work;
    },
    options,
  );
  const watch = watchConsumer(queues, queue, worker, options.concurrency ?? 1);
  return {
    queue,
    assertConsuming: watch,
    close: async (timeoutMs) => {
      // BullMQ's own close can hang when its backend is gone: it gets our deadline.
      const closed = withDeadline(`closing ${queue}`, timeoutMs + ABORT_GRACE_MS, () => worker.close()).catch(
        () => undefined,
      );
      const timer = setTimeout(
        () => stop.abort(new Error('the worker is shutting down')),
        Math.max(0, timeoutMs - ABORT_GRACE_MS),
      );
      await Promise.race([closed, Promise.allSettled(running).then(() => closed)]);
      clearTimeout(timer);
    },
  };
}

function watchConsumer(queues: Queues, queue: string, worker: FleetWorker, concurrency: number): () => Promise<void> {
  let active = 0;
  let waitingSince: number | null = null;
  worker.on('active', () => {
    active++;
    waitingSince = null;
  });
  for (const event of ['completed', 'failed'] as const) worker.on(event, () => void (active = Math.max(0, active - 1)));
  return async () => {
    const { waiting = 0, prioritized = 0 } = await queues.queue(queue).getJobCounts('waiting', 'prioritized');
    const idle = waiting + prioritized === 0 || active >= concurrency || (await isHeldBack(queues, queue));
    if (idle) waitingSince = null;
    else waitingSince ??= Date.now();
    if (waitingSince !== null && Date.now() - waitingSince > STUCK_MS) {
      throw new Error(
        `${waiting + prioritized} jobs wait in ${queue}, and none was taken for ${Math.round((Date.now() - waitingSince) / 1000)} s`,
      );
    }
  };
}

/** A queue that an operator has paused, or that a rate limit holds, is not stuck. */
async function isHeldBack(queues: Queues, queue: string): Promise<boolean> {
  const [paused, limitedMs] = await Promise.all([
    queues.queue(queue).isPaused(),
    queues.queue(queue).getRateLimitTtl(1),
  ]);
  return paused || limitedMs > 0;
}
