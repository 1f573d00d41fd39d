import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { withDeadline } from '../../shared/deadline.ts';
import { FleetError, toError } from '../../shared/errors.ts';
import type { Evidence } from '../../shared/report.ts';
import type { AnalysisAnswer, AnalysisJob, AnalysisRequest } from './analysis-protocol.ts';

/** One run: the evidence, what to do with it, and who hears the answers before the last one. */
export type Job = { evidence: Evidence[]; request: AnalysisJob; onAnswer?(answer: AnalysisAnswer): void };
export type LastAnswer = Extract<AnalysisAnswer, { kind: 'analysed' | 'concluded' }>;

export type AnalysisThread = {
  /**
   * Runs one job after the others. Throws FleetError `deadline_exceeded` when it takes too long, `dependency_failed` when the
   * thread dies of it (its memory is bounded) or fails; the thread is then stopped, and the next job gets a new one.
   */
  run(job: Job, signal: AbortSignal): Promise<LastAnswer>;
  close(): Promise<void>;
};

export type AnalysisThreadOptions = { deadlineMs: number; idleMs?: number; program?: URL };

const IDLE_MS = 5_000;
/** A job waits for as many others at most. */
const TURNS = 4;
const PROGRAM = new URL('./analysis-thread.ts', import.meta.url);
/** The largest recorded cases take 150 MB. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 16 };

/** A thread that is there only while there is something to analyse: it would hold 30 MB for nothing otherwise. */
export function createAnalysisThread(options: AnalysisThreadOptions): AnalysisThread {
  const { deadlineMs, idleMs = IDLE_MS, program = PROGRAM } = options;
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let queued = 0;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const stop = async () => {
    clearTimeout(idle);
    const stopped = worker;
    worker = null;
    await stopped?.terminate();
  };
  const current = (): Worker => {
    clearTimeout(idle);
    worker ??= startWorker(program);
    return worker;
  };
  const work = async (job: Job, signal: AbortSignal): Promise<LastAnswer> => {
    try {
      signal.throwIfAborted();
      if (isClosed) throw new FleetError('shutting_down', 'no more evidence is analysed');
      return await withDeadline('the analysis', deadlineMs, (limited) => ask(current(), job, limited), signal);
    } catch (error) {
      await stop();
      throw error;
    } finally {
      queued -= 1;
      if (queued === 0 && worker) idle = setTimeout(() => void stop(), idleMs).unref();
    }
  };
  return {
    run(job, signal) {
      queued += 1;
      const turn = last.then(() => work(job, signal));
      last = turn.catch(() => undefined);
      return withDeadline('waiting for the analysis thread', TURNS * deadlineMs, () => turn, signal);
    },
    async close() {
      isClosed = true;
      await stop();
    },
  };
}

/** Without the environment of the worker, whose secrets it does not need. */
function startWorker(program: URL): Worker {
  const cache = getCompileCacheDir();
  const env = cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
  const worker = new Worker(program, { env, resourceLimits: RESOURCE_LIMITS });
  // Listened to while a job runs; a thread that dies between two jobs is none of anybody's business.
  worker.on('error', () => undefined);
  return worker;
}

async function ask(worker: Worker, { evidence, request, onAnswer }: Job, signal: AbortSignal): Promise<LastAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<LastAnswer>();
  promise.catch(() => undefined);
  const fail = (why: string, cause?: unknown) => reject(new FleetError('dependency_failed', why, { cause }));
  const onMessage = (answer: AnalysisAnswer) => {
    if (answer.kind === 'analysed' || answer.kind === 'concluded') resolve(answer);
    else if (answer.kind === 'failed') fail(`the analysis failed: ${answer.message}`);
    else onAnswer?.(answer);
  };
  const onError = (error: unknown) => fail(`the analysis thread has died: ${toError(error).message}`, error);
  const onExit = () => fail('the analysis thread has ended');
  worker.on('message', onMessage).once('error', onError).once('exit', onExit);
  try {
    for (const item of evidence) {
      signal.throwIfAborted();
      worker.postMessage({ kind: 'evidence', item } satisfies AnalysisRequest);
      await nextTurn();
    }
    worker.postMessage(request satisfies AnalysisRequest);
    return await promise;
  } finally {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  }
}
