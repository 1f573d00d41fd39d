import type { Job } from 'bullmq';
import { withDeadline } from '../shared/deadline.ts';
import type { FleetJob } from '../shared/queues/jobs.ts';
import type { FleetWorker, Queues, QueueWorkerOptions } from '../shared/queues/queues.ts';
import { isOfNewerProgram, leaveToNewer } from './leave-to-newer.ts';
import { SHUTDOWN_WAIT_MS, sendBack } from './send-back.ts';

/** For how long waiting jobs may find nobody to take them before the consumer counts as stuck, ms. */
const STUCK_MS = 20_000;

export type WorkerPool = {
  queue: string;
  /** Throws when jobs wait and this pool, which has room, takes none: a consumer that is connected and yet stuck. */
  assertConsuming(): Promise<void>;
  /** Lets running jobs finish within `timeoutMs`, then aborts them; they go back to the queue. */
  close(timeoutMs: number): Promise<void>;
};

const PING_MS = 1_500;

export type ProcessJob = (job: FleetJob, token: string, stop: AbortSignal) => Promise<string>;

/** Time that aborted jobs get to send themselves back, and BullMQ to write down the end of the last ones, ms. */
const ABORT_GRACE_MS = 3_000;

/** Starts the workers of one queue in this process; `stuckMs` is how long waiting jobs may find nobody to take them. */
export function startWorkerPool(
  queues: Queues,
  queue: string,
  options: QueueWorkerOptions,
  process: ProcessJob,
  stuckMs = STUCK_MS,
): WorkerPool {
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  let lastTaken = performance.now();
  let closing = false;
  const begin = (job: FleetJob, token: string) =>
    isOfNewerProgram(job) ? leaveToNewer(job, token) : process(job, token, stop.signal);
  const worker = queues.startWorker(
    queue,
    (job: Job, token?: string) => {
      lastTaken = performance.now();
      const work = closing ? leaveToOthers(job as FleetJob, token ?? '') : begin(job as FleetJob, token ?? '');
      const tracked = work.catch(() => undefined).finally(() => running.delete(tracked));
      running.add(tracked);
      return work;
    },
    options,
  );
  const watch = watchConsumer(
    queues,
    queue,
    () => (running.size < (options.concurrency ?? 1) ? lastTaken : null),
    stuckMs,
  );
  return {
    queue,
    assertConsuming: watch,
    close: async (timeoutMs) => {
      closing = true;
      const abort = () => stop.abort(new Error('the worker is shutting down'));
      const timer = setTimeout(abort, Math.max(0, timeoutMs - ABORT_GRACE_MS));
      const closed = worker.close().catch(() => undefined);
      await withDeadline(`the jobs of ${queue}`, timeoutMs, () => Promise.allSettled(running)).catch(() => undefined);
      clearTimeout(timer);
      abort();
      // BullMQ's close can hang when its backend is gone: our deadline.
      await withDeadline(`closing ${queue}`, ABORT_GRACE_MS, () => closed).catch(() => stopRenewing(worker));
    },
  };
}

/** A job that was being fetched when the pool was told to close: not begun here, so that it is not begun twice. */
const leaveToOthers = (job: FleetJob, token: string) => sendBack(job, token, SHUTDOWN_WAIT_MS);

/** A worker whose close hangs goes on renewing its locks: nobody else could take its jobs while this process is there. */
async function stopRenewing(worker: FleetWorker): Promise<void> {
  // BullMQ has no other way to it than its private field.
  await (worker as unknown as { lockManager: { close(): Promise<void> } }).lockManager.close();
}

/** `lastTaken` says when the pool last took a job (monotonic ms), or null while it has no room for another. */
function watchConsumer(
  queues: Queues,
  queue: string,
  lastTaken: () => number | null,
  stuckMs: number,
): () => Promise<void> {
  let waitingSince: number | null = null;
  return async () => {
    // While the backend is away every question would wait, and each probe leave one more behind.
    await queues.ping(PING_MS);
    const { waiting = 0, prioritized = 0 } = await queues.queue(queue).getJobCounts('waiting', 'prioritized');
    const taken = lastTaken();
    if (waiting + prioritized === 0 || taken === null || (await isHeldBack(queues, queue))) {
      waitingSince = null;
      return;
    }
    waitingSince = Math.max(waitingSince ?? performance.now(), taken);
    const waitedMs = performance.now() - waitingSince;
    if (waitedMs > stuckMs) {
      throw new Error(
        `${waiting + prioritized} jobs wait in ${queue}, and none was taken for ${Math.round(waitedMs / 1000)} s`,
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
