import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askTargets, type DatabaseDeps } from '../ask-targets.ts';
import { bytesText, describeTargets, secondsText } from '../database-text.ts';
import { headOf, readPostgres } from './postgres-session.ts';

type Answer = CapabilityOutput<'postgresql.replication'>['targets'][number];

/** Where the server's own WAL ends: on a standby that of what it received. */
const HERE = 'case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end';

const REPLICAS = `
  select application_name as application, host(client_addr) as client, state, sync_state as "syncState",
    pg_wal_lsn_diff(${HERE}, replay_lsn)::float8 as "lagBytes",
    round(extract(epoch from replay_lag)::numeric, 1)::float8 as "replayLagSeconds"
  from pg_stat_replication order by 5 desc nulls last limit 50`;

const SLOTS = `
  select slot_name as name, slot_type as type, active, wal_status as "walStatus",
    pg_wal_lsn_diff(${HERE}, restart_lsn)::float8 as "retainedBytes"
  from pg_replication_slots order by 5 desc nulls last limit 50`;

/** Without new transactions on the primary the age of the last one grows: it is a delay only while something is not replayed yet, or nothing comes. */
const STANDBY = `
  select (select status from pg_stat_wal_receiver) as receiver,
    pg_is_wal_replay_paused() as "replayPaused",
    case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then 0
      else round(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::numeric, 1)::float8 end as "replayDelaySeconds",
    pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 as "unreplayedBytes"`;

/** `get_postgresql_replication`: replicas, slots, and how far a standby is behind. */
export function getReplication(deps: DatabaseDeps): ToolDefinition {
  return toolFor('postgresql.replication', {
    title: 'Replication of PostgreSQL',
    description:
      'On a primary its replicas with their lag in bytes and seconds, on a standby its own delay; replication slots with the WAL that they hold back.',
    run: async (which, context) => {
      const targets = await askTargets(deps, 'postgresql', which, context, (target, signal) =>
        readPostgres(target, signal, async (query, facts): Promise<Answer> => {
          const [standby] = facts.inRecovery ? await query<NonNullable<Answer['standby']>>(STANDBY) : [];
          return {
            ...headOf(target, facts, deps),
            role: facts.inRecovery ? 'standby' : 'primary',
            replicas: await query(REPLICAS),
            slots: await query(SLOTS),
            standby: standby ?? null,
          };
        }),
      );
      return { data: { targets }, text: describeTargets('PostgreSQL', targets, describe) };
    },
  });
}

function describe({ role, replicas, slots, standby }: Answer): string[] {
  const behind = standby
    ? [
        `standby: ${standby.receiver ? `receiver ${standby.receiver}` : 'NO RECEIVER RUNS'}${standby.replayPaused ? ', REPLAY IS PAUSED' : ''}, ${secondsText(standby.replayDelaySeconds)} and ${bytesText(standby.unreplayedBytes)} behind`,
      ]
    : [`${role} with ${replicas.length} replicas`];
  return [
    ...behind,
    ...replicas.map(
      (one) =>
        `replica ${one.application ?? '-'} ${one.client ?? ''}: ${one.state}, ${one.syncState}, ${bytesText(one.lagBytes)} and ${secondsText(one.replayLagSeconds)} behind`,
    ),
    ...slots.map(
      (one) =>
        `slot ${one.name} (${one.type}): ${one.active ? 'active' : 'NOT ACTIVE'}, ${one.walStatus ?? '-'}, holds back ${bytesText(one.retainedBytes)} of WAL`,
    ),
  ];
}
