import type { PostgresSession } from '../../../capability-schemas/postgres-reads.ts';
import { maskStatement } from '../mask-statement.ts';

/** A row of pg_stat_activity as SESSIONS reads it. */
export type SessionRow = {
  pid: number;
  database: string | null;
  user: string | null;
  application: string | null;
  client: string | null;
  kind: string | null;
  state: string | null;
  wait_type: string | null;
  wait_event: string | null;
  transaction_seconds: number | null;
  statement_seconds: number | null;
  state_seconds: number | null;
  query: string | null;
  blocked_by: number[] | null;
};

/** All sessions but our own. Who blocks whom is asked for those alone that wait for a lock: it takes the lock manager's own locks. */
export const SESSIONS = `
  select pid, datname as database, usename as user, nullif(application_name, '') as application, host(client_addr) as client,
    backend_type as kind, state, wait_event_type as wait_type, wait_event,
    round(extract(epoch from clock_timestamp() - xact_start)::numeric, 1)::float8 as transaction_seconds,
    round(extract(epoch from clock_timestamp() - query_start)::numeric, 1)::float8 as statement_seconds,
    round(extract(epoch from clock_timestamp() - state_change)::numeric, 1)::float8 as state_seconds,
    left(query, 4000) as query,
    case when wait_event_type = 'Lock' then pg_blocking_pids(pid) end as blocked_by
  from pg_stat_activity
  where pid <> pg_backend_pid()`;

/** Sessions of clients; of other users' sessions an ordinary user does not see the kind. */
export const isClient = ({ kind, database }: SessionRow): boolean =>
  kind === 'client backend' || (kind === null && database !== null);

/** A session as the answers tell it. */
export function readSession(row: SessionRow): PostgresSession {
  return {
    pid: row.pid,
    database: row.database,
    user: row.user,
    application: row.application,
    client: row.client,
    state: row.state,
    // Of a session that runs nothing it is the client that is waited for, which says no more than its state.
    wait: row.wait_type === null ? null : `${row.wait_type}:${row.wait_event}`,
    transactionSeconds: row.transaction_seconds,
    statementSeconds: row.statement_seconds,
    stateSeconds: row.state_seconds,
    statement: maskStatement(row.query ?? ''),
    blockedBy: row.blocked_by ?? [],
  };
}

/** A session in one line. */
export function describeSession(session: PostgresSession): string {
  const { pid, user, database, application, client, state, wait, transactionSeconds, stateSeconds, statement } =
    session;
  const who = [user, application, client].filter(Boolean).join(' ');
  const facts = [
    state ?? 'state unknown',
    stateSeconds === null ? '' : `for ${stateSeconds} s`,
    transactionSeconds === null ? '' : `transaction of ${transactionSeconds} s`,
    wait && `waits on ${wait}`,
  ];
  return `process ${pid} (${who} on ${database ?? '-'}): ${facts.filter(Boolean).join(', ')}: ${statement}`;
}
