import type { CapabilityOutput } from '../../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../../server-definition.ts';
import { askTargets, type DatabaseDeps } from '../ask-targets.ts';
import type { DatabaseTarget } from '../database-target.ts';
import { bytesText, describeTargets } from '../database-text.ts';
import { entriesOf, type Info, numberIn, readInfo } from './read-info.ts';
import { headOf, optional } from './redis-answer.ts';
import { serverRefusal } from './redis-failures.ts';
import { type Ask, readRedis, SETTINGS } from './redis-session.ts';

type Answer = CapabilityOutput<'redis.info'>['targets'][number];
type Read = Omit<Answer, 'target' | 'version' | 'at' | 'notes' | 'commands' | 'latency' | 'settings' | 'refused'>;

const MOST_COMMANDS = 15;

/** `get_redis_info`: memory, clients, counters, persistence, replication, latency and settings. */
export function getInfo(deps: DatabaseDeps): ToolDefinition {
  return toolFor('redis.info', {
    title: 'State of Redis',
    description:
      'Memory against its limit and what is evicted, clients against theirs, hits, errors, persistence, replication, the commands that take most time, latency events, and the settings that matter. A server that takes no more clients says so in `refused`.',
    run: async (which, context) => {
      const targets = await askTargets(deps, 'redis', which, context, (target, signal) =>
        readRedis(
          target,
          signal,
          (ask) => stateOf(ask, target, deps),
          (thrown) => refusedAnswer(target, thrown, deps),
        ),
      );
      return { data: { targets }, text: describeTargets('Redis', targets, describe) };
    },
  });
}

async function stateOf(ask: Ask, target: DatabaseTarget, deps: DatabaseDeps): Promise<Answer> {
  const notes: string[] = [];
  const info = readInfo(await ask('info'));
  const commands = await optional(ask('commandStats'), (reply) => commandsOf(readInfo(reply)), [], notes, '+info');
  const latency = await optional(ask('latency'), latencyOf, [], notes, '+latency|latest');
  const settings = await settingsOf(ask, notes);
  const version = info.get('valkey_version') ?? info.get('redis_version') ?? null;
  return {
    ...headOf(target, version, notes, deps),
    refused: null,
    ...readState(info, settings),
    commands,
    latency,
    settings,
  };
}

function readState(info: Info, settings: Answer['settings']): Read {
  const number = (name: string) => numberIn(info, name);
  const setting = (name: string) => settings.find((one) => one.name === name)?.value;
  const lags = entriesOf(info, /^slave(?=\d)/).map(({ fields }) => Number(fields.lag));
  const max = Number(setting('maxclients') ?? info.get('maxclients') ?? Number.NaN);
  return {
    role: info.get('role') ?? null,
    uptimeSeconds: number('uptime_in_seconds'),
    memory: {
      usedBytes: number('used_memory'),
      maxBytes: number('maxmemory'),
      policy: info.get('maxmemory_policy') ?? setting('maxmemory-policy') ?? null,
      residentBytes: number('used_memory_rss'),
      peakBytes: number('used_memory_peak'),
      fragmentationRatio: number('mem_fragmentation_ratio'),
    },
    clients: {
      connected: number('connected_clients'),
      blocked: number('blocked_clients'),
      max: Number.isFinite(max) ? max : null,
    },
    stats: {
      commandsPerSecond: number('instantaneous_ops_per_sec'),
      evictedKeys: number('evicted_keys'),
      expiredKeys: number('expired_keys'),
      rejectedConnections: number('rejected_connections'),
      hits: number('keyspace_hits'),
      misses: number('keyspace_misses'),
      errorReplies: number('total_error_replies'),
    },
    persistence: {
      loading: info.get('loading') === '1',
      lastSaveStatus: info.get('rdb_last_bgsave_status') ?? null,
      lastAppendStatus: info.get('aof_last_write_status') ?? null,
      changesSinceSave: number('rdb_changes_since_last_save'),
    },
    replication: {
      replicas: number('connected_slaves'),
      linkStatus: info.get('master_link_status') ?? null,
      lastContactSeconds: number('master_last_io_seconds_ago'),
      largestLagSeconds: lags.length > 0 ? Math.max(...lags) : null,
    },
    keyspace: entriesOf(info, /^(?=db\d)/).map(({ name, fields }) => ({
      database: name,
      keys: Number(fields.keys ?? 0),
      withExpiry: Number(fields.expires ?? 0),
    })),
    errors: entriesOf(info, /^errorstat_/)
      .map(({ name, fields }) => ({ kind: name, count: Number(fields.count ?? 0) }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_COMMANDS),
  };
}

function commandsOf(info: Info): Answer['commands'] {
  return entriesOf(info, /^cmdstat_/)
    .toSorted((a, b) => Number(b.fields.usec ?? 0) - Number(a.fields.usec ?? 0))
    .slice(0, MOST_COMMANDS)
    .map(({ name, fields }) => ({
      command: name.toUpperCase(),
      calls: Number(fields.calls ?? 0),
      meanMicroseconds: Number(fields.usec_per_call ?? 0),
      failed: Number(fields.failed_calls ?? 0) + Number(fields.rejected_calls ?? 0),
    }));
}

function latencyOf(reply: unknown): Answer['latency'] {
  const rows = (Array.isArray(reply) ? reply : []) as [string, number, number, number][];
  return rows.map(([event, at, latestMs, maxMs]) => ({
    event: String(event),
    at: new Date(Number(at) * 1000).toISOString(),
    latestMs: Number(latestMs),
    maxMs: Number(maxMs),
  }));
}

/** One by one, since older servers take one name; the first that is refused speaks for all. */
async function settingsOf(ask: Ask, notes: string[]): Promise<Answer['settings']> {
  const found: Answer['settings'] = [];
  for (const name of SETTINGS) {
    const before = notes.length;
    const value = await optional(
      ask('setting', name),
      (reply) => (reply as string[] | null)?.[1] ?? null,
      null,
      notes,
      '+config|get',
    );
    if (notes.length > before) return found;
    if (value !== null) found.push({ name, value });
  }
  return found;
}

function refusedAnswer(target: DatabaseTarget, thrown: unknown, deps: DatabaseDeps): Answer | null {
  const refused = serverRefusal(thrown);
  if (!refused) return null;
  const nothing = { ...readState(new Map(), []), commands: [], latency: [], settings: [] };
  return { ...headOf(target, null, [], deps), refused, ...nothing };
}

function describe(answer: Answer): string[] {
  if (answer.refused) return [`it takes no more clients: ${answer.refused.message} (${answer.refused.code})`];
  const { role, uptimeSeconds, memory, clients, stats, persistence, replication, keyspace, errors, commands, latency } =
    answer;
  const ofMax = memory.maxBytes ? `of ${bytesText(memory.maxBytes)} (maxmemory)` : '(no maxmemory)';
  return [
    `${role ?? 'role unknown'}, up ${uptimeSeconds ?? '-'} s`,
    `memory ${bytesText(memory.usedBytes)} ${ofMax}, policy ${memory.policy ?? '-'}, resident ${bytesText(memory.residentBytes)}, peak ${bytesText(memory.peakBytes)}, fragmentation ${memory.fragmentationRatio ?? '-'}`,
    `clients ${clients.connected ?? '-'} of ${clients.max ?? '-'}, ${clients.blocked ?? '-'} blocked, ${stats.rejectedConnections ?? '-'} connections rejected since the start`,
    `${stats.commandsPerSecond ?? '-'} commands/s, ${stats.evictedKeys ?? '-'} keys evicted, ${stats.expiredKeys ?? '-'} expired, ${stats.hits ?? '-'} hits, ${stats.misses ?? '-'} misses, ${stats.errorReplies ?? '-'} error replies since the start`,
    `last save ${persistence.lastSaveStatus ?? '-'}, last append ${persistence.lastAppendStatus ?? '-'}${persistence.loading ? ', LOADING' : ''}`,
    `${replication.replicas ?? 0} replicas${replication.linkStatus ? `, link to the primary ${replication.linkStatus}` : ''}${replication.largestLagSeconds === null ? '' : `, largest lag ${replication.largestLagSeconds} s`}`,
    `keys: ${keyspace.map(({ database, keys, withExpiry }) => `${database} ${keys} (${withExpiry} with expiry)`).join(', ') || 'none'}`,
    ...(errors.length > 0 ? [`errors: ${errors.map(({ kind, count }) => `${count} ${kind}`).join(', ')}`] : []),
    ...commands.map(
      (one) => `${one.command}: ${one.calls} calls, mean ${one.meanMicroseconds} µs, ${one.failed} failed`,
    ),
    ...latency.map((one) => `latency event ${one.event}: ${one.latestMs} ms at ${one.at}, at most ${one.maxMs} ms`),
    `settings: ${answer.settings.map(({ name, value }) => `${name}=${value}`).join(', ') || 'unknown'}`,
  ];
}
