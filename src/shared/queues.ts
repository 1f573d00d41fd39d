import { once } from 'node:events';
import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  type Processor,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import { withDeadline } from './deadline.ts';
import { toError } from './errors.ts';
import type { Logger } from './logger.ts';
import { storableText } from './store/storable-json.ts';

/** What every job carries: ids, never data. Postgres is the truth, the queue is only the schedule. */
export type JobData = {
  incidentId: string;
  run: number;
  /** The job version of the program that added it, where that is above 1; older programs leave such a job to newer ones. */
  v?: number;
};
export type FleetJob = Job<JobData>;
export type FleetQueue = Queue<JobData>;
export type FleetWorker = Worker<JobData>;

/**
 * What programs of this version understand of jobs. Raise it when a job asks for something that older workers would do
 * wrong; a field that they can overlook needs no new version.
 */
export const JOB_VERSION: number = 1;

export const POST_QUEUE = 'post-report';
export const DEAD_LETTER_QUEUE = 'dead-letter';
export const MAINTENANCE_QUEUE = 'maintenance';
/** The queue of an agent's pool. */
export const investigateQueue = (agent: string) => `investigate-${agent}`;

/** BullMQ identifies a job by its id: adding it a second time while it lives changes nothing. */
export const investigateJobId = (incidentId: string, run: number) => `${incidentId}-${run}`;
export const postJobId = (incidentId: string, run: number, revision: number) => `${incidentId}-${run}-${revision}`;

/** The id of the job that shows a dead incident run on the board. */
export const deadLetterJobId = (incidentId: string, run: number) => `dead-${incidentId}-${run}`;

/** Characters that a queue keeps of an error's message and of its stack. */
const MAX_REASON = 2_000;
const MAX_STACK = 8_000;

/** All queues of a Redis share this prefix; the braces keep them on one slot of a Redis Cluster. */
export const REDIS_PREFIX = '{rca-fleet}';

/** A queue call that the intake or a worker waits for; a queue that is down must not hold them up. */
const QUEUE_CALL_TIMEOUT_MS = 2_000;
/** A blocking call of BullMQ's is answered within 5 s: a connection that says nothing for so long is half-open. */
const SOCKET_TIMEOUT_MS = 15_000;

/** BullMQ's own `drainDelay`, s. */
const IDLE_LOOK_S = 5;

/** All queues and workers of a process listen to two connections. */
const MAX_LISTENERS = 1_000;

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

/**
 * A dead worker's job is back after at most lockDuration + stalledInterval = 22.5 s (measured 14 s). What kills its workers is
 * told by them, who know whether it got further; BullMQ's own count is only for jobs that never get so far.
 */
const LOCK_OPTIONS = { lockDuration: 15_000, stalledInterval: 7_500, maxStalledCount: 12 };

/** The wait before attempt `attempt + 1`, ms: doubling from `base`, at most a minute, with up to half of it random. */
export function backoffMs(attempt: number, base = 1_000, random: () => number = Math.random): number {
  const full = Math.min(60_000, base * 2 ** Math.min(attempt - 1, 16));
  return Math.round(full * (0.5 + random() / 2));
}

/** The one place that knows which backend the queues live on. */
export type Queues = {
  readonly backend: 'redis' | 'postgres';
  queue(name: string): FleetQueue;
  /** Adds jobs in one call, within 2 s; throws when the queue is down. */
  add(name: string, jobs: { id: string; data: JobData; priority?: number; delayMs?: number }[]): Promise<void>;
  /** How many jobs wait in a queue, delayed ones included; throws within 2 s when the queue is down. */
  depth(name: string): Promise<number>;
  startWorker(name: string, process: Processor<JobData>, options: QueueWorkerOptions): FleetWorker;
  /** Asks the backend for a sign of life; throws within `ms`. */
  ping(ms: number): Promise<void>;
  close(): Promise<void>;
};

export type QueueWorkerOptions = Pick<WorkerOptions, 'concurrency' | 'limiter'> & { name: string };

/**
 * Opens the queues: on Redis when `REDIS_URL` is given, else in the database. Connects lazily, never throws. A connection
 * to Redis that leaves a command unanswered for `socketTimeoutMs` is made anew.
 */
export function openQueues(
  config: Pick<Config, 'redisUrl'>,
  database: Database,
  logger: Logger,
  { socketTimeoutMs = SOCKET_TIMEOUT_MS }: { socketTimeoutMs?: number } = {},
): Queues {
  return config.redisUrl ? redisQueues(config.redisUrl, logger, socketTimeoutMs) : postgresQueues(database, logger);
}

type Backend = {
  name: Queues['backend'];
  openQueue(name: string, options: Omit<QueueOptions, 'connection'>): FleetQueue;
  openWorker(name: string, process: Processor<JobData>, options: Omit<WorkerOptions, 'connection'>): FleetWorker;
  /** Waits until a call has a chance; rejects when the signal is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
};

function redisQueues(url: string, logger: Logger, socketTimeout: number): Queues {
  // No command is given up by ioredis: BullMQ would remember a failed start for ever. Our own calls look at the connection
  // first and have a deadline, so that nothing piles up behind a Redis that is away.
  const common: RedisOptions = {
    connectTimeout: 5_000,
    keepAlive: 10_000,
    maxRetriesPerRequest: null,
    socketTimeout,
  };
  const producer = new Redis(url, common);
  const consumer = new Redis(url, common);
  for (const redis of [producer, consumer]) {
    // BullMQ raises the limit by what it listens to: on top of 0, which means none, that would be 3.
    redis.setMaxListeners(MAX_LISTENERS);
    redis.on('error', throttledWarning(logger, 'redis'));
  }
  return fleetQueues(logger, {
    name: 'redis',
    openQueue: (name, options) => new Queue(name, { ...options, prefix: REDIS_PREFIX, connection: producer }),
    openWorker: (name, process, options) =>
      new Worker(name, process, { ...options, prefix: REDIS_PREFIX, connection: consumer }),
    ready: (signal) => connected(producer, signal),
    ping: () => producer.ping(),
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  });
}

async function connected(redis: Redis, signal: AbortSignal): Promise<void> {
  if (redis.status !== 'ready') await once(redis, 'ready', { signal });
}

function postgresQueues(database: Database, logger: Logger): Queues {
  const connection = database.queuePool() as never;
  return fleetQueues(logger, {
    name: 'postgres',
    openQueue: (name, options) =>
      new Queue(name, { ...options, connection }, createPostgresBackend) as unknown as FleetQueue,
    openWorker: (name, process, options) => {
      const worker = new Worker(name, process as never, { ...options, connection }, createPostgresBackend);
      // One that could not listen waits for an hour at its next attempt, and when the look at the queue that goes with it fails, it
      // overlooks what was added in between until another job is added: so it looks as often as any idle worker does.
      Object.defineProperty(worker, 'maximumBlockTimeout', { value: IDLE_LOOK_S });
      return worker as unknown as FleetWorker;
    },
    ready: async () => {},
    ping: () => database.query('select 1 as one'),
    close: async () => {},
  });
}

function fleetQueues(logger: Logger, backend: Backend): Queues {
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
  backend: Backend,
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

function jobOptions(name: string, backend: Queues['backend']): JobsOptions {
  if (name === POST_QUEUE) return { removeOnFail: FAILED_RETENTION, ...JOB_OPTIONS.post };
  if (name === DEAD_LETTER_QUEUE) return JOB_OPTIONS.dead;
  if (name === MAINTENANCE_QUEUE) return JOB_OPTIONS.maintenance;
  const kept = backend === 'postgres' && { removeOnComplete: { age: 3_600, count: COMPLETED_IN_POSTGRES } };
  return { removeOnFail: FAILED_RETENTION, ...JOB_OPTIONS.investigate, ...kept };
}

/** A backend that is down repeats itself hundreds of times a second: one line in five seconds tells as much. */
function throttledWarning(logger: Logger, queue: string): (thrown: unknown) => void {
  let quietUntil = 0;
  return (thrown) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 5_000;
    logger.warn('the queue backend reports an error', { queue, error: toError(thrown).message });
  };
}
