import pg from 'pg';
import { describeError } from '../errors.ts';
import { isServerAway } from './server-away.ts';

/**
 * BullMQ asks again for as long as it takes only when the connection was refused. After any other error of a server that is away (a
 * session that was ended, a server that starts up) it forgets the end of a job, which then waits for its lock to run out.
 */
const REFUSED = 'ECONNREFUSED';

/** Whether a call of a queue in PostgreSQL failed because the server was away; the same call may succeed later. */
export const isQueueAway = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === REFUSED;

/** Opens BullMQ's pool. It tells of a server that is away, in whatever way, as of one that refuses the connection. */
export function openQueuePool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  const query = pool.query.bind(pool) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>;
  const patient = (text: string, values?: unknown[]) =>
    query(text, values).catch((error) => {
      throw isServerAway(error) && !pool.ending ? refused(error) : error;
    });
  return Object.assign(pool, { query: patient });
}

const refused = (cause: unknown) =>
  Object.assign(new Error(`the database did not answer: ${describeError(cause)}`, { cause }), { code: REFUSED });
