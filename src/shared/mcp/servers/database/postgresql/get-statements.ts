import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage, type ListPart } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import { bytesText, describePage } from '../database-text.ts';
import { maskStatement } from '../mask-statement.ts';
import { headOf, type Query, readPostgres } from './postgres-session.ts';
import { describeSession, isClient, readSession, SESSIONS, type SessionRow } from './sessions.ts';

type Answer = CapabilityOutput<'postgresql.statements'>['targets'][number];
type Recorded = Pick<Answer, 'recorded' | 'since' | 'statements'> & { note: string | null };

const EXTENSION = `
  select e.extversion as version, quote_ident(n.nspname) as schema
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`;

type Extension = { version: string; schema: string };

/** The columns of times got other names with version 1.8 of the extension, which may be older than its server. */
function statementsQuery({ version, schema }: Extension, order: 'total' | 'mean'): string {
  const exec = isAtLeast(version, 1, 8) ? '_exec' : '';
  return `
    select s.queryid::text as "queryId", d.datname as database, pg_get_userbyid(s.userid) as user, left(s.query, 4000) as query,
      s.calls::float8 as calls, s.mean${exec}_time as mean, s.max${exec}_time as max, s.total${exec}_time as total, s.rows::float8 as rows,
      s.shared_blks_hit::float8 as hit, s.shared_blks_read::float8 as read,
      s.temp_blks_written::float8 * current_setting('block_size')::int as temporary,
      (sum(s.total${exec}_time) over ())::float8 as "all"
    from ${schema}.pg_stat_statements s left join pg_database d on d.oid = s.dbid
    order by s.${order}${exec}_time desc, s.queryid, s.userid, s.dbid limit $1 offset $2`;
}

type StatementRow = {
  queryId: string | null;
  database: string | null;
  user: string | null;
  query: string | null;
  calls: number;
  mean: number;
  max: number;
  total: number;
  rows: number;
  hit: number;
  read: number;
  temporary: number;
  all: number;
};

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [own = 0, part = 0] = version.split('.').map(Number);
  return own > major || (own === major && part >= minor);
}

const NONE = { recorded: false, since: null, statements: [] };

async function recordedStatements(query: Query, order: 'total' | 'mean', part: ListPart): Promise<Recorded> {
  const [extension] = await query<Extension>(EXTENSION);
  if (!extension) {
    const note =
      'the extension pg_stat_statements is not in this database: add it to shared_preload_libraries, restart, and run CREATE EXTENSION pg_stat_statements; until then only running statements are known';
    return { ...NONE, note };
  }
  const rows = await query<StatementRow>(statementsQuery(extension, order), [part.limit + 1, part.after]);
  const [info] = isAtLeast(extension.version, 1, 9)
    ? await query<{ since: Date | null }>(
        `select stats_reset as since from ${extension.schema}.pg_stat_statements_info`,
      )
    : [];
  return {
    recorded: true,
    since: info?.since?.toISOString() ?? null,
    statements: part.ofRest(rows).map(readStatement),
    note: null,
  };
}

const rounded = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

function readStatement(row: StatementRow): Answer['statements'][number] {
  const { queryId, database, user, query, calls, mean, max, total, rows, hit, read, temporary, all } = row;
  return {
    queryId,
    database,
    user,
    statement: maskStatement(query ?? ''),
    calls,
    meanMs: rounded(mean),
    maxMs: rounded(max),
    totalMs: rounded(total),
    sharePercent: all > 0 ? rounded((100 * total) / all, 1) : 0,
    rows,
    cacheHitPercent: hit + read > 0 ? rounded((100 * hit) / (hit + read), 1) : null,
    temporaryBytes: temporary,
  };
}

/** Its library has to be loaded with the server; without it the view is there and answers with this. */
const NOT_LOADED = '55000';

async function recordedOrNote(query: Query, order: 'total' | 'mean', part: ListPart): Promise<Recorded> {
  try {
    return await recordedStatements(query, order, part);
  } catch (error) {
    if ((error as { code?: string }).code !== NOT_LOADED) throw error;
    const note =
      'the extension pg_stat_statements is not loaded: add it to shared_preload_libraries and restart the server; until then only running statements are known';
    return { ...NONE, note };
  }
}

/** `get_postgresql_statements`: what takes the server's time. */
export function getStatements(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.statements', {
    title: 'Slow statements of PostgreSQL',
    description:
      'Statements by their total or mean time (of the extension pg_stat_statements, since its last reset), and those that run now. Without values; without the extension `notes` say how to add it.',
    run: async (input, context) => {
      const data = await askPage(
        deps,
        'postgresql',
        'get_postgresql_statements',
        input,
        context,
        (target, signal, part) =>
          readPostgres(target, signal, async (query, facts): Promise<Answer> => {
            const sessions = await query<SessionRow>(SESSIONS);
            // Last, because the transaction is over where it fails.
            const { note, ...recorded } = await recordedOrNote(query, input.order, part);
            const { notes, ...head } = headOf(target, facts, deps);
            const running = sessions
              .filter((row) => isClient(row) && row.state === 'active')
              .sort((a, b) => (b.statement_seconds ?? 0) - (a.statement_seconds ?? 0) || a.pid - b.pid);
            const all = [...notes, ...(note ? [note] : [])];
            return { ...head, notes: all, ...recorded, running: part.of(running).map(readSession) };
          }),
      );
      return { data, text: describePage('PostgreSQL', data, describe) };
    },
  });
}

function describe({ recorded, since, statements, running }: Answer): string[] {
  return [
    ...(recorded ? [`statements since ${since ?? 'unknown'}:`] : []),
    ...statements.map(
      (one) =>
        `${one.sharePercent} % of the time: ${one.calls} calls, mean ${one.meanMs} ms, max ${one.maxMs} ms, ${one.rows} rows, cache hits ${one.cacheHitPercent ?? '-'} %, temporary ${bytesText(one.temporaryBytes)} (${one.user} on ${one.database}): ${one.statement}`,
    ),
    running.length > 0 ? 'running now:' : 'nothing runs now',
    ...running.map(describeSession),
  ];
}
