import pg from 'pg';
import { DependencyError } from '../../../../errors.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import type { DatabaseTarget } from '../database-target.ts';
import { postgresFailure } from './postgres-failures.ts';

/** Reads by one of our fixed statements; values go as parameters. */
export type Query = <Row>(statement: string, parameters?: readonly unknown[]) => Promise<Row[]>;

export type ServerFacts = {
  version: string;
  /** For example 150012. */
  number: number;
  inRecovery: boolean;
  user: string;
  database: string;
  /** Whether statements and states of all users can be seen. */
  seesAll: boolean;
};

/** Older servers lack too much of what is asked for. */
const OLDEST = 130_000;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 6_000;

/**
 * What holds for every session of ours, whatever its user may do. Functions are found in the catalogue alone, so that nobody can shadow
 * them.
 */
const SESSION = { default_transaction_read_only: 'on', search_path: 'pg_catalog' };
/** Within the transaction alone: of a whole session's settings the server no longer tells what holds for everybody else, ms. */
const BEGIN = `begin transaction read only;
  set local statement_timeout = ${STATEMENT_MS}; set local lock_timeout = 500; set local idle_in_transaction_session_timeout = 10000`;

const FACTS = `
  select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
    pg_is_in_recovery() as "inRecovery", current_user as user, current_database() as database,
    pg_has_role('pg_read_all_stats', 'usage') as "seesAll"`;

/**
 * Connects to the target, reads within one read-only transaction, and closes. Throws DependencyError (dependency `database`), or what
 * `onRefusal` makes of the server's refusal to take a session.
 */
export async function readPostgres<T>(
  target: DatabaseTarget,
  signal: AbortSignal,
  read: (query: Query, facts: ServerFacts) => Promise<T>,
  onRefusal: (thrown: unknown) => T | null = () => null,
): Promise<T> {
  let client: pg.Client | null = null;
  const cut = () => cutConnection(client);
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    client = new pg.Client(connectionOf(target));
    // A server that ends the session tells so once more outside of any query.
    client.on('error', () => {});
    await client.connect();
    return await inReadOnlyTransaction(client, target, read);
  } catch (thrown) {
    const refusal = onRefusal(thrown);
    if (refusal !== null) return refusal;
    throw postgresFailure(target, thrown, signal);
  } finally {
    signal.removeEventListener('abort', cut);
    if (!signal.aborted) await client?.end().catch(() => {});
  }
}

async function inReadOnlyTransaction<T>(
  client: pg.Client,
  { name }: DatabaseTarget,
  read: (query: Query, facts: ServerFacts) => Promise<T>,
): Promise<T> {
  await client.query(BEGIN);
  const query: Query = async (statement, parameters = []) =>
    (await client.query(statement, [...parameters])).rows as never[];
  const [facts] = await query<ServerFacts>(FACTS);
  if (!facts || facts.number < OLDEST) {
    const message = `PostgreSQL target ${name} is version ${facts?.version}: 13 or newer can be asked`;
    throw new DependencyError('database', 'not_configured', message);
  }
  return read(query, facts);
}

function connectionOf({ url, password, ca }: DatabaseTarget): pg.ClientConfig {
  const address = new URL(url);
  const secret = password();
  if (secret !== null) address.password = encodeURIComponent(secret);
  return {
    connectionString: address.href,
    application_name: 'rca-fleet',
    connectionTimeoutMillis: CONNECT_MS,
    options: Object.entries(SESSION)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
    ...(ca !== null && { ssl: { ca } }),
  };
}

/** The server notices the cut at its next write at the latest, and its own statement_timeout ends what runs there. */
function cutConnection(client: pg.Client | null): void {
  const { connection } = (client ?? {}) as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}

const HIDDEN = (user: string) =>
  `the user ${user} is no member of pg_monitor: states and statements of other users are hidden (GRANT pg_monitor TO ${user})`;

/** What is told of every target. */
export function headOf({ name }: DatabaseTarget, { version, seesAll, user }: ServerFacts, { now }: DatabaseDeps) {
  return {
    target: name,
    version: version.split(' ')[0]!,
    at: new Date(now()).toISOString(),
    notes: seesAll ? [] : [HIDDEN(user)],
  };
}
