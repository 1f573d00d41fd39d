import { EventEmitter } from 'node:events';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FleetError, toError } from '../errors.ts';
import type { Database, MigrationSession, QueuePool, Row } from './database.ts';
import { lockDirectory } from './directory-lock.ts';

const START_TIMEOUT_MS = 60_000;

/** What the database thread is asked, and what it says; `id` pairs a question with its answer. */
export type EmbeddedRequest = { id: number; text: string; values: readonly unknown[] | null };
export type EmbeddedAnswer =
  | { kind: 'ready' }
  | { kind: 'failed'; message: string }
  | { kind: 'rows'; id: number; rows: Row[] }
  | { kind: 'error'; id: number; message: string; code: string | undefined }
  | { kind: 'notification'; channel: string; payload: string };

type Pending = { resolve(rows: Row[]): void; reject(error: Error): void };

/**
 * Opens PostgreSQL embedded in this process (PGlite) with its data under `dataDir`, or in memory for `null`. It runs in a
 * thread of its own, because a busy PGlite would otherwise hold up the event loop for seconds. Survives kill -9, but not a
 * power cut: it never calls fsync. Throws FleetError `directory_locked` when another process has the directory.
 */
export async function openEmbeddedDatabase(dataDir: string | null): Promise<Database> {
  const directory = dataDir === null ? null : resolve(dataDir);
  const unlock = directory === null ? () => {} : lockDirectory(directory);
  try {
    const thread = await startThread(directory === null ? 'memory://' : join(directory, 'postgres'));
    return databaseOnThread(thread, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startThread(dataDir: string): Promise<Worker> {
  const thread = new Worker(new URL('./embedded-database-thread.ts', import.meta.url), { workerData: { dataDir } });
  thread.setMaxListeners(0);
  const started = Promise.withResolvers<void>();
  const timer = setTimeout(() => started.reject(new Error('no answer within 60 s')), START_TIMEOUT_MS);
  const onMessage = (answer: EmbeddedAnswer) => {
    if (answer.kind === 'ready') started.resolve();
    if (answer.kind === 'failed') started.reject(new Error(answer.message));
  };
  thread.on('message', onMessage).once('error', started.reject);
  try {
    await started.promise;
  } catch (error) {
    await thread.terminate();
    throw new FleetError(
      'store_unavailable',
      `the embedded database in ${dataDir} did not start: ${toError(error).message}`,
      {
        cause: error,
      },
    );
  } finally {
    clearTimeout(timer);
    thread.off('message', onMessage).off('error', started.reject);
  }
  return thread;
}

/** The database that a thread answers for; `unlock` is called when it is closed. */
export function databaseOnThread(thread: Worker, unlock: () => void): Database {
  const pending = new Map<number, Pending>();
  const clients = new Set<EventEmitter>();
  let lastId = 0;
  let closed: Promise<void> | null = null;
  let stopped: Error | null = null;
  let migrating: Promise<unknown> = Promise.resolve();

  const query = (text: string, values?: readonly unknown[]): Promise<Row[]> => {
    if (stopped) return Promise.reject(stopped);
    if (closed) return Promise.reject(new FleetError('store_unavailable', 'the embedded database is closed'));
    const { promise, ...settle } = Promise.withResolvers<Row[]>();
    const id = ++lastId;
    pending.set(id, settle);
    thread.postMessage({ id, text, values: values ?? null } satisfies EmbeddedRequest);
    return promise;
  };
  const failAll = (error: Error) => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  thread.on('message', (answer: EmbeddedAnswer) => {
    if (answer.kind === 'notification') {
      for (const client of clients) client.emit('notification', { channel: answer.channel, payload: answer.payload });
    } else if (answer.kind === 'rows' || answer.kind === 'error') {
      settleAnswer(pending, answer);
    }
  });
  // A thread that is gone takes messages and never answers.
  const stop = (cause?: unknown) => {
    stopped ??= new FleetError('store_unavailable', 'the embedded database has stopped', { cause, retryable: true });
    failAll(stopped);
  };
  thread.on('error', stop);
  thread.on('exit', () => stop());

  const close = async () => {
    if (!stopped) {
      const gone = new Promise((done) => thread.once('exit', done));
      thread.postMessage('close');
      await gone;
    }
    unlock();
  };
  const session: MigrationSession = { query: async (text, values) => ({ rows: await query(text, values) }) };
  return {
    kind: 'embedded',
    query: query as Database['query'],
    queuePool: () => imitatePool(query, clients),
    withMigrationSession: (work) => {
      const turn = migrating.then(() => work(session));
      migrating = turn.catch(() => undefined);
      return turn;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function settleAnswer(pending: Map<number, Pending>, answer: Extract<EmbeddedAnswer, { id: number }>): void {
  const waiting = pending.get(answer.id);
  pending.delete(answer.id);
  if (answer.kind === 'rows') waiting?.resolve(answer.rows);
  else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
}

/** The `pg` pool that BullMQ expects, on the one session: every client hears every notification. */
function imitatePool(
  query: (text: string, values?: readonly unknown[]) => Promise<Row[]>,
  clients: Set<EventEmitter>,
): QueuePool {
  const run = async (text: string, values?: readonly unknown[]) => ({ rows: await query(text, values) });
  const connect = async () => {
    const client = new EventEmitter();
    client.setMaxListeners(0);
    clients.add(client);
    return Object.assign(client, { query: run, release: () => void clients.delete(client) });
  };
  // BullMQ reads `options.keepAlive`: nothing can be dropped silently inside one process, so long waits are safe.
  const pool = Object.assign(new EventEmitter(), {
    query: run,
    connect,
    end: async () => {},
    options: { keepAlive: true },
  });
  pool.setMaxListeners(0);
  return pool;
}
