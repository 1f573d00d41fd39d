import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askPage } from '../ask-page.ts';
import type { DatabaseDeps } from '../ask-targets.ts';
import { bytesText, describePage } from '../database-text.ts';
import { headOf, readPostgres } from './postgres-session.ts';

type Answer = CapabilityOutput<'postgresql.sizes'>['targets'][number];

const DATABASES = `
  select datname as name, age(datfrozenxid) as "transactionIdAge",
    case when has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
      then pg_database_size(oid)::float8 end as bytes
  from pg_database where datallowconn order by bytes desc nulls last limit 50`;

const WAL = `
  select current_setting('autovacuum_freeze_max_age')::int as "freezeMaxAge",
    has_function_privilege('pg_ls_waldir()', 'execute') as "mayList"`;
const WAL_BYTES = 'select sum(size)::float8 as bytes from pg_ls_waldir()';

/**
 * From the catalogue's estimates alone: asking for the true size of a table takes a lock on it, and whoever looks at an incident must
 * not join its queue. A row has 28 bytes of its own beside its columns.
 */
const TABLES = `
  with largest as (
    select c.oid, n.nspname, c.relname, c.relpages, c.reltuples, c.relfrozenxid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_t%'
    order by c.relpages desc, c.oid limit $1 offset $2)
  select format('%I.%I', t.nspname, t.relname) as table,
    t.relpages::float8 * current_setting('block_size')::int as bytes,
    coalesce((select sum(i.relpages) from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = t.oid), 0)::float8
      * current_setting('block_size')::int as "indexBytes",
    greatest(t.reltuples, 0)::float8 as tuples,
    coalesce(s.n_live_tup, 0)::float8 as "liveRows", coalesce(s.n_dead_tup, 0)::float8 as "deadRows",
    greatest(s.last_vacuum, s.last_autovacuum) as "lastVacuum", greatest(s.last_analyze, s.last_autoanalyze) as "lastAnalyze",
    age(t.relfrozenxid) as "transactionIdAge",
    (select sum((1 - p.null_frac) * p.avg_width)::float8 from pg_stats p
      where p.schemaname = t.nspname and p.tablename = t.relname and not p.inherited) as width
  from largest t left join pg_stat_all_tables s on s.relid = t.oid
  order by t.relpages desc, t.oid`;

type TableRow = {
  table: string;
  bytes: number;
  indexBytes: number;
  tuples: number;
  liveRows: number;
  deadRows: number;
  lastVacuum: Date | null;
  lastAnalyze: Date | null;
  transactionIdAge: number;
  width: number | null;
};

const ROW_OVERHEAD = 28;

function readTable(row: TableRow): Answer['tables'][number] {
  const { table, bytes, indexBytes, tuples, liveRows, deadRows, transactionIdAge, width } = row;
  const needed = width === null ? null : tuples * (width + ROW_OVERHEAD);
  return {
    table,
    bytes,
    indexBytes,
    liveRows,
    deadRows,
    deadPercent: liveRows + deadRows > 0 ? Math.round((1000 * deadRows) / (liveRows + deadRows)) / 10 : null,
    bloatBytes: needed === null ? null : Math.max(0, Math.round(bytes - needed)),
    lastVacuum: row.lastVacuum?.toISOString() ?? null,
    lastAnalyze: row.lastAnalyze?.toISOString() ?? null,
    transactionIdAge,
  };
}

/** `get_postgresql_sizes`: databases, WAL, the largest tables, and what of them is dead. */
export function getSizes(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.sizes', {
    title: 'Sizes and bloat of PostgreSQL',
    description:
      'Sizes of databases and WAL, age of transaction ids (wraparound), and the largest tables with dead rows and estimated bloat. Estimates of the catalogue: no lock is taken on any table.',
    run: async (input, context) => {
      const data = await askPage(deps, 'postgresql', 'get_postgresql_sizes', input, context, (target, signal, part) =>
        readPostgres(target, signal, async (query, facts): Promise<Answer> => {
          const [wal] = await query<{ freezeMaxAge: number; mayList: boolean }>(WAL);
          const [walSize] = wal?.mayList ? await query<{ bytes: number | null }>(WAL_BYTES) : [];
          const tables = await query<TableRow>(TABLES, [part.limit + 1, part.after]);
          return {
            ...headOf(target, facts, deps),
            databases: await query(DATABASES),
            walBytes: walSize?.bytes ?? null,
            freezeMaxAge: wal!.freezeMaxAge,
            tables: part.ofRest(tables).map(readTable),
          };
        }),
      );
      return { data, text: describePage('PostgreSQL', data, describe) };
    },
  });
}

function describe({ databases, walBytes, freezeMaxAge, tables }: Answer): string[] {
  return [
    `WAL ${bytesText(walBytes)}; vacuum is forced at a transaction id age of ${freezeMaxAge}`,
    ...databases.map(
      (one) => `database ${one.name}: ${bytesText(one.bytes)}, transaction id age ${one.transactionIdAge}`,
    ),
    ...tables.map(
      (one) =>
        `table ${one.table}: ${bytesText(one.bytes)} and indexes ${bytesText(one.indexBytes)}, ${one.liveRows} live rows, ${one.deadRows} dead (${one.deadPercent ?? '-'} %), bloat about ${bytesText(one.bloatBytes)}, last vacuum ${one.lastVacuum ?? 'never'}`,
    ),
  ];
}
