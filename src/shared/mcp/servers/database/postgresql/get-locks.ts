import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import { describePage, secondsText } from '../database-text.ts';
import { lockChains, type WaitedFor } from './lock-chains.ts';
import { headOf, readPostgres } from './postgres-session.ts';
import { describeSession, readSession, SESSIONS, type SessionRow } from './sessions.ts';

type Answer = CapabilityOutput<'postgresql.locks'>['targets'][number];

/** Which lock each waiter wants. Since when is known from version 14 on; names of relations only in the database that is connected to. */
const waitsQuery = (version: number): string => `
  select distinct on (pid) pid, locktype, mode,
    ${version >= 140_000 ? 'round(extract(epoch from clock_timestamp() - waitstart)::numeric, 1)::float8' : 'null::float8'} as seconds,
    case when database = (select oid from pg_database where datname = current_database()) then relation::regclass::text end as relation
  from pg_locks where not granted order by pid, relation nulls last`;

type WaitRow = { pid: number; locktype: string; mode: string; seconds: number | null; relation: string | null };

/** `get_postgresql_locks`: who blocks whom. */
export function getLocks(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.locks', {
    title: 'Lock chains of PostgreSQL',
    description:
      'The sessions that block others, each with all that wait behind it, for how long, for which lock and on which table. Statements are shown without values; that of an idle root is its last one.',
    run: async (input, context) => {
      const data = await askPage(deps, 'postgresql', 'get_postgresql_locks', input, context, (target, signal, part) =>
        readPostgres(target, signal, async (query, facts): Promise<Answer> => {
          const sessions = (await query<SessionRow>(SESSIONS)).map(readSession);
          const waits = waitsOf(await query<WaitRow>(waitsQuery(facts.number)));
          const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
          const chains = lockChains(sessions, waits).map((chain) => ({ ...chain, blocked: part.of(chain.blocked) }));
          const seconds = waiting.map(
            ({ pid, statementSeconds }) => waits.get(pid)?.waitSeconds ?? statementSeconds ?? 0,
          );
          return {
            ...headOf(target, facts, deps),
            waiting: waiting.length,
            longestWaitSeconds: seconds.length > 0 ? Math.max(...seconds) : null,
            chains,
          };
        }),
      );
      return { data, text: describePage('PostgreSQL', data, describe) };
    },
  });
}

const waitsOf = (rows: WaitRow[]): WaitedFor =>
  new Map(
    rows.map(({ pid, locktype, mode, seconds, relation }) => [
      pid,
      { waitSeconds: seconds, lock: `${mode} on ${locktype}`, relation },
    ]),
  );

function describe({ waiting, longestWaitSeconds, chains }: Answer): string[] {
  if (waiting === 0) return ['no session waits for a lock of another'];
  return [
    `${waiting} sessions wait for locks, the longest for ${secondsText(longestWaitSeconds)}`,
    ...chains.flatMap(({ root, blocked, blockedCount }) => [
      `${blockedCount} wait behind ${describeSession(root)}`,
      ...blocked.map(
        (one) =>
          `${'  '.repeat(one.depth)}waits ${secondsText(one.waitSeconds)} for ${one.lock ?? 'a lock'}${one.relation ? ` ${one.relation}` : ''} (blocked by ${one.blockedBy.join(', ')}): ${describeSession(one)}`,
      ),
    ]),
  ];
}
