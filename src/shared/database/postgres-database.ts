import { createHash } from 'node:crypto';
import pg from 'pg';
import { describeError, FleetError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Database, MigrationSession, QueuePool, Row } from './database.ts';
import { openQueuePool } from './queue-pool.ts';
import { isServerAway } from './server-away.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A half-open connection answers nothing and closes nothing: only this deadline gets a worker going again. */
const QUERY_TIMEOUT_MS = 10_000;
/** Every BullMQ worker of the process holds one LISTEN connection of this pool. */
const QUEUE_POOL_SIZE = 20;
const STORE_POOL_SIZE = 10;
/** Advisory lock of our migrations: the letters RCAF. */
const MIGRATION_LOCK = 0x52434146;
/**
 * BullMQ notifies in every transaction, and PostgreSQL lets such transactions commit one at a time: each would hold up all others
 * until the disk has its log. The queue is only the schedule: what a crash of the server takes of its last moments, the
 * reconciler finds in the store, whose own commits wait for the disk.
 */
const QUEUE_OPTIONS = '-c search_path=bullmq -c synchronous_commit=off';
const MIGRATION_LOCK_TIMEOUT = '60s';
const LOCK_NOT_AVAILABLE = '55P03';

/** SQLSTATEs after which the same statement can simply be sent again: serialization failure, deadlock. */
const TRANSIENT_STATES = new Set(['40001', '40P01']);

/** Opens two pools on a PostgreSQL server (13 or newer): one for the store, one for BullMQ. Connects lazily. */
export function openPostgresDatabase(url: string, logger: Logger): Database {
  const common = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  };
  const store = new pg.Pool({ ...common, max: STORE_POOL_SIZE, application_name: 'rca-fleet' });
  const queue = openQueuePool({ ...common, max: QUEUE_POOL_SIZE, options: QUEUE_OPTIONS });
  for (const pool of [store, queue]) {
    // Every queue and worker of BullMQ listens to the pool.
    pool.setMaxListeners(0);
    pool.on('error', (error) => logger.warn('a database connection was lost', { error: error.message }));
    // The pool listens to those that are idle: one that ends in somebody's hands, between two statements, would end the process.
    pool.on('connect', (client) => client.on('error', () => undefined));
  }
  return {
    kind: 'postgres',
    query: <R extends Row>(text: string, values?: readonly unknown[]) => run<R>(store, text, values),
    queuePool: () => queue as unknown as QueuePool,
    withMigrationSession: (work) => withMigrationSession(url, work),
    close: async () => {
      await Promise.all([store.end(), queue.end()]);
    },
  };
}

async function run<R extends Row>(pool: pg.Pool, text: string, values?: readonly unknown[]): Promise<R[]> {
  const statement = { name: statementName(text), text, values: values ? [...values] : undefined };
  for (let attempt = 1; ; attempt++) {
    try {
      return (await pool.query(statement)).rows as R[];
    } catch (error) {
      const state = (error as { code?: string }).code ?? '';
      if (TRANSIENT_STATES.has(state) && attempt < 5) continue;
      throw asStoreError(error);
    }
  }
}

const statementNames = new Map<string, string>();

/**
 * A name makes PostgreSQL keep the plan on the connection: planning our long statements takes it as long as running them.
 * The repositories have a few dozen texts, all constant. PgBouncer knows such statements in session mode, or from 1.21.
 */
function statementName(text: string): string {
  const known = statementNames.get(text);
  if (known) return known;
  const name = `rca_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  statementNames.set(text, name);
  return name;
}

function asStoreError(error: unknown): unknown {
  if (!isServerAway(error)) return error;
  return new FleetError('store_unavailable', `the database did not answer: ${describeError(error)}`, {
    cause: error,
    retryable: true,
  });
}

/**
 * A connection of its own: a migration may take longer than any other statement, and when the connection ends the lock is
 * free, whatever has happened on it.
 */
async function withMigrationSession<T>(url: string, work: (session: MigrationSession) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'rca-fleet-migrate',
  });
  // The statement under way is told as well; without a listener the process would end.
  client.on('error', () => undefined);
  const query: MigrationSession['query'] = (text, values) =>
    client.query(text, values ? [...values] : undefined).catch((error) => {
      throw asStoreError(error);
    });
  try {
    await client.connect().catch((error) => {
      throw asStoreError(error);
    });
    await takeMigrationLock(query);
    return await work({ query });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function takeMigrationLock(query: MigrationSession['query']): Promise<void> {
  await query(`set lock_timeout = '${MIGRATION_LOCK_TIMEOUT}'`);
  await query('select pg_advisory_lock($1)', [MIGRATION_LOCK]).catch((error) => {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    const message = `another process has been migrating the database for ${MIGRATION_LOCK_TIMEOUT}: try again when it is done`;
    throw new FleetError('store_unavailable', message, { cause: error, retryable: true });
  });
  await query('set lock_timeout = 0');
}
