import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage, type ListPart } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import type { DatabaseTarget } from '../database-target.ts';
import { describePage } from '../database-text.ts';
import { serverRefusal } from './postgres-failures.ts';
import { headOf, readPostgres } from './postgres-session.ts';
import { describeSession, isClient, readSession, SESSIONS, type SessionRow } from './sessions.ts';

type Answer = CapabilityOutput<'postgresql.activity'>['targets'][number];

/** PostgreSQL 16 reserves slots for one more role. */
const LIMITS = `
  select current_setting('max_connections')::int as max,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved`;

const MOST_GROUPS = 20;

/** `get_postgresql_activity`: who is connected and does what. */
export function getActivity(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.activity', {
    title: 'Sessions of PostgreSQL',
    description:
      'Connections against their limit, by state and by client, what sessions wait for, and the longest transactions (idle in transaction among them). Statements are shown without values. A server that takes no more sessions says so in `refused`.',
    run: async (input, context) => {
      const data = await askPage(
        deps,
        'postgresql',
        'get_postgresql_activity',
        input,
        context,
        (target, signal, part) =>
          readPostgres(
            target,
            signal,
            async (query, facts) => {
              const [limits] = await query<{ max: number; reserved: number }>(LIMITS);
              const rows = await query<SessionRow>(SESSIONS);
              return { ...headOf(target, facts, deps), inRecovery: facts.inRecovery, ...summary(rows, limits!, part) };
            },
            (thrown) => refusedAnswer(target, thrown, deps),
          ),
      );
      return { data, text: describePage('PostgreSQL', data, describe) };
    },
  });
}

function refusedAnswer({ name }: DatabaseTarget, thrown: unknown, { now }: DatabaseDeps): Answer | null {
  const refused = serverRefusal(thrown);
  if (!refused) return null;
  return {
    target: name,
    version: null,
    at: new Date(now()).toISOString(),
    notes: [],
    refused,
    inRecovery: null,
    maxConnections: null,
    reservedConnections: null,
    connections: null,
    byState: [],
    byClient: [],
    waits: [],
    sessions: [],
  };
}

function summary(rows: SessionRow[], { max, reserved }: { max: number; reserved: number }, part: ListPart) {
  const clients = rows.filter(isClient);
  const waits = rows.filter(
    ({ wait_type, state }) => wait_type !== null && wait_type !== 'Activity' && state === 'active',
  );
  return {
    refused: null,
    maxConnections: max,
    reservedConnections: reserved,
    // Ours is one of them.
    connections: clients.length + 1,
    byState: counted(clients, ({ state }) => state ?? 'unknown').map(([state, count]) => ({ state, count })),
    byClient: byClient(clients),
    waits: counted(waits, ({ wait_type, wait_event }) => `${wait_type}:${wait_event}`).map(([wait, count]) => ({
      wait,
      count,
    })),
    sessions: part
      .of(clients.toSorted((a, b) => (b.transaction_seconds ?? -1) - (a.transaction_seconds ?? -1) || a.pid - b.pid))
      .map(readSession),
  };
}

function counted(rows: SessionRow[], keyOf: (row: SessionRow) => string): [string, number][] {
  const groups = Map.groupBy(rows, keyOf);
  return [...groups]
    .map(([key, group]): [string, number] => [key, group.length])
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_GROUPS);
}

function byClient(clients: SessionRow[]): Answer['byClient'] {
  const groups = Map.groupBy(clients, ({ user, application, database }) =>
    JSON.stringify([user, application, database]),
  );
  return [...groups.values()]
    .map((group) => {
      const { user, application, database } = group[0]!;
      const inState = (pattern: RegExp) => group.filter(({ state }) => pattern.test(state ?? '')).length;
      return {
        user,
        application,
        database,
        count: group.length,
        active: inState(/^active$/),
        idle: inState(/^idle$/),
        idleInTransaction: inState(/^idle in transaction/),
      };
    })
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_GROUPS);
}

function describe(answer: Answer): string[] {
  if (answer.refused) return [`it takes no more sessions: ${answer.refused.message} (${answer.refused.code})`];
  const { connections, maxConnections, reservedConnections, byState, byClient: groups, waits, sessions } = answer;
  const list = (items: { count: number }[], name: (item: never) => string) =>
    items.map((item) => `${item.count} ${name(item as never)}`).join(', ') || 'none';
  return [
    `${connections} of ${maxConnections} connections (${reservedConnections} of them reserved)${answer.inRecovery ? ', in recovery' : ''}`,
    `by state: ${list(byState, ({ state }: { state: string }) => state)}`,
    ...groups.map(
      (group) =>
        `${group.count} of ${group.user ?? '-'} by ${group.application ?? '-'} on ${group.database ?? '-'}: ${group.active} active, ${group.idle} idle, ${group.idleInTransaction} idle in transaction`,
    ),
    `active sessions wait for: ${list(waits, ({ wait }: { wait: string }) => wait)}`,
    ...sessions.filter(({ transactionSeconds }) => transactionSeconds !== null).map(describeSession),
  ];
}
