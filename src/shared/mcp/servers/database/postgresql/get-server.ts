import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askTargets, type DatabaseDeps } from '../ask-targets.ts';
import { bytesText, describeTargets } from '../database-text.ts';
import { headOf, readPostgres } from './postgres-session.ts';

type Answer = CapabilityOutput<'postgresql.server'>['targets'][number];

/** What decides how the server fares; a name that a version does not know is left out by itself. */
const NAMES = [
  'autovacuum',
  'autovacuum_max_workers',
  'checkpoint_completion_target',
  'checkpoint_timeout',
  'deadlock_timeout',
  'effective_cache_size',
  'effective_io_concurrency',
  'fsync',
  'full_page_writes',
  'hot_standby_feedback',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
  'log_lock_waits',
  'log_min_duration_statement',
  'maintenance_work_mem',
  'max_connections',
  'max_locks_per_transaction',
  'max_parallel_workers',
  'max_replication_slots',
  'max_slot_wal_keep_size',
  'max_standby_streaming_delay',
  'max_wal_senders',
  'max_wal_size',
  'max_worker_processes',
  'random_page_cost',
  'reserved_connections',
  'shared_buffers',
  'shared_preload_libraries',
  'statement_timeout',
  'superuser_reserved_connections',
  'synchronous_commit',
  'synchronous_standby_names',
  'temp_file_limit',
  'track_activity_query_size',
  'track_io_timing',
  'transaction_timeout',
  'wal_level',
  'work_mem',
];

/** Values that hold for everybody, not those of our own session. */
const SETTINGS = `
  select name, coalesce(nullif(reset_val, ''), '(empty)') as value, unit from pg_settings where name = any($1) order by name`;

/** Version 17 moved the checkpoints to a view of their own. */
export const checkpointsQuery = (version: number): string =>
  version >= 170_000
    ? `select num_timed::float8 as timed, num_requested::float8 as requested, write_time as "writeMs", sync_time as "syncMs",
        buffers_written::float8 as "buffersWritten", stats_reset as since from pg_stat_checkpointer`
    : `select checkpoints_timed::float8 as timed, checkpoints_req::float8 as requested, checkpoint_write_time as "writeMs",
        checkpoint_sync_time as "syncMs", buffers_checkpoint::float8 as "buffersWritten", stats_reset as since from pg_stat_bgwriter`;

const DATABASES = `
  select datname as name, xact_commit::float8 as commits, xact_rollback::float8 as rollbacks, deadlocks::float8 as deadlocks,
    conflicts::float8 as conflicts, temp_bytes::float8 as "temporaryBytes", blks_hit::float8 as hit, blks_read::float8 as read,
    stats_reset as since
  from pg_stat_database where datname is not null order by xact_commit desc limit 50`;

const ARCHIVER = `
  select archived_count::float8 as archived, failed_count::float8 as failed, last_failed_time as "lastFailedAt",
    last_archived_time as "lastArchivedAt" from pg_stat_archiver`;

type Times<T, K extends keyof T> = Omit<T, K> & Record<K, Date | null>;
type DatabaseRow = Times<Omit<Answer['databases'][number], 'cacheHitPercent'>, 'since'> & { hit: number; read: number };

const iso = (time: Date | null | undefined) => time?.toISOString() ?? null;

/** `get_postgresql_server`: settings, checkpoints, counters of the databases, archiver. */
export function getServer(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.server', {
    title: 'Settings and counters of PostgreSQL',
    description:
      'When the server started, the settings that matter for incidents, checkpoints, commits, rollbacks, deadlocks and cache hits by database, and failures of the WAL archiver.',
    run: async (which, context) => {
      const targets = await askTargets(deps, 'postgresql', which, context, (target, signal) =>
        readPostgres(target, signal, async (query, facts): Promise<Answer> => {
          const [start] = await query<{ at: Date }>('select pg_postmaster_start_time() as at');
          const [checkpoints] = await query<Times<Answer['checkpoints'], 'since'>>(checkpointsQuery(facts.number));
          const [archiver] = await query<Times<Answer['archiver'], 'lastFailedAt' | 'lastArchivedAt'>>(ARCHIVER);
          const databases = await query<DatabaseRow>(DATABASES);
          return {
            ...headOf(target, facts, deps),
            startedAt: start!.at.toISOString(),
            settings: await query(SETTINGS, [NAMES]),
            checkpoints: { ...checkpoints!, since: iso(checkpoints!.since) },
            databases: databases.map(({ hit, read, since, ...row }) => ({
              ...row,
              cacheHitPercent: hit + read > 0 ? Math.round((1000 * hit) / (hit + read)) / 10 : null,
              since: iso(since),
            })),
            archiver: {
              ...archiver!,
              lastFailedAt: iso(archiver!.lastFailedAt),
              lastArchivedAt: iso(archiver!.lastArchivedAt),
            },
          };
        }),
      );
      return { data: { targets }, text: describeTargets('PostgreSQL', targets, describe) };
    },
  });
}

function describe({ startedAt, settings, checkpoints, databases, archiver }: Answer): string[] {
  const { timed, requested, writeMs, syncMs, since } = checkpoints;
  return [
    `started ${startedAt}`,
    `checkpoints since ${since ?? 'unknown'}: ${timed} by time, ${requested} asked for, writing ${Math.round(writeMs)} ms, syncing ${Math.round(syncMs)} ms`,
    `archiver: ${archiver.archived} archived, ${archiver.failed} failed${archiver.lastFailedAt ? `, last at ${archiver.lastFailedAt}` : ''}`,
    ...databases.map(
      (one) =>
        `database ${one.name}: ${one.commits} commits, ${one.rollbacks} rollbacks, ${one.deadlocks} deadlocks, ${one.conflicts} conflicts, temporary ${bytesText(one.temporaryBytes)}, cache hits ${one.cacheHitPercent ?? '-'} %`,
    ),
    `settings: ${settings.map(({ name, value, unit }) => `${name}=${value}${unit ? ` ${unit}` : ''}`).join(', ')}`,
  ];
}
