import type { Processor } from 'bullmq';
import { withDeadline } from '../deadline.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { storableText } from '../store/storable-json.ts';
import { backoffMs, jobOptions } from './job-options.ts';
import { JOB_VERSION, type JobData } from './jobs.ts';
import type { QueueBackend } from './queue-backend.ts';
import type { FleetQueue, FleetWorker, Queues, QueueWorkerOptions } from './queues.ts';
import { throttledWarning } from './throttled-warning.ts';

/** Characters that a queue keeps of an error's message and of its stack. */
const MAX_REASON = 2_000;
const MAX_STACK = 8_000;

/** A queue call that the intake or a worker waits for; a queue that is down must not hold them up. */
const QUEUE_CALL_TIMEOUT_MS = 2_000;

/**
 * A dead worker's job is back after at most lockDuration + stalledInterval = 22.5 s (measured 14 s). What kills its workers is
 * told by them, who know whether it got further; BullMQ's own count is only for jobs that never get so far.
 */
const LOCK_OPTIONS = { lockDuration: 15_000, stalledInterval: 7_500, maxStalledCount: 12 };

/** The fleet's queues and workers on a backend: every call bounded, every queue opened once. */
export function fleetQueues(logger: Logger, backend: QueueBackend): Queues {
  const queues = new Map<string, FleetQueue>();
  const open = (name: string): FleetQueue => {
    const known = queues.get(name);
    if (known) return known;
    const opened = backend.openQueue(name, {
      defaultJobOptions: jobOptions(name, backend.name),
      skipWaitingForReady: true,
    });
    opened.on('error', throttledWarning(logger, name));
    queues.set(name, opened);
    // BullMQ remembers a failed start for ever: the next call opens the queue anew.
    opened.waitUntilReady().catch(() => {
      if (queues.get(name) === opened) queues.delete(name);
      opened.close().catch(() => undefined);
    });
    return opened;
  };
  return {
    backend: backend.name,
    queue: open,
    add: async (name, jobs) => {
      if (jobs.length === 0) return;
      await withDeadline(`adding to queue ${name}`, QUEUE_CALL_TIMEOUT_MS, async (signal) => {
        await backend.ready(signal);
        const bulk = jobs.map(({ id, data, priority, delayMs }) => ({
          name,
          data: JOB_VERSION > 1 ? { ...data, v: JOB_VERSION } : data,
          opts: { jobId: id, ...(priority ? { priority } : {}), ...(delayMs ? { delay: Math.ceil(delayMs) } : {}) },
        }));
        const [job] = bulk;
        // In PostgreSQL a bulk makes temporary tables: for one job that takes ten times as long as adding it.
        if (job && bulk.length === 1) await open(name).add(name, job.data, job.opts);
        else await open(name).addBulk(bulk);
      });
    },
    depth: (name) =>
      withDeadline(`asking for the depth of queue ${name}`, QUEUE_CALL_TIMEOUT_MS, async (signal) => {
        await backend.ready(signal);
        return await open(name).getJobCountByTypes('waiting', 'prioritized', 'delayed');
      }),
    startWorker: (name, process, options) => startWorker(backend, logger, name, process, options),
    ping: (ms) =>
      withDeadline(`the ${backend.name} queue`, ms, async (signal) => {
        await backend.ready(signal);
        await backend.ping();
      }),
    close: async () => {
      await Promise.allSettled(
        [...queues.values()].map((queue) => withDeadline('closing a queue', 2_000, () => queue.close())),
      );
      await backend.close();
    },
  };
}

function startWorker(
  backend: QueueBackend,
  logger: Logger,
  name: string,
  process: Processor<JobData>,
  options: QueueWorkerOptions,
): FleetWorker {
  const worker = backend.openWorker(name, withStorableErrors(process), {
    ...LOCK_OPTIONS,
    ...options,
    runRetryDelay: 1_000,
    settings: { backoffStrategy: (attempts) => backoffMs(attempts) },
  });
  worker.on('error', throttledWarning(logger, name));
  return worker;
}

/** BullMQ writes down why a job failed, and PostgreSQL refuses a NUL in it: such a job could never end. */
function withStorableErrors(process: Processor<JobData>): Processor<JobData> {
  return async (...given) => {
    try {
      return await process(...given);
    } catch (thrown) {
      // The same error goes on: BullMQ knows its own by their classes.
      const error = toError(thrown);
      error.message = storableText(error.message, MAX_REASON);
      error.stack = storableText(error.stack ?? '', MAX_STACK);
      throw error;
    }
  };
}
