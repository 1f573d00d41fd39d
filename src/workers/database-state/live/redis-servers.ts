import type { Action, Evidence } from '../../../shared/report.ts';
import { shellCommand } from '../../detectors/support/shell.ts';
import { MISSES_KEYS, nearlyAllEnd } from '../../kubernetes-state/logs/key-space.ts';
import { bytesText, type LiveStory, type Told, toldBy } from './live-parts.ts';

const NEARLY_FULL = 0.95;
const MANY_CLIENTS = 0.9;
/** One command that takes this long holds up everybody else, ms. */
const SLOW_MS = 20;
const VERY_SLOW_MS = 100;

type Info = Told<'redis.info'>;

const look = (title: string, ...command: string[]): Action => ({
  title,
  command: shellCommand('redis-cli', ...command),
  risk: null,
});

/** A cache that makes room by itself and finds so many times as much as it misses works; that it is full is a lead then. */
const FOUND = 9;
const LEAD = 0.35;

function isCacheAtWork({ memory: { policy }, stats, keyspace, errors }: Info['answer'], told: string): boolean {
  const ends = keyspace.map(({ keys, withExpiry }) => ({ keys, expires: withExpiry }));
  const makesRoom = policy?.startsWith('allkeys-') || (policy?.startsWith('volatile-') && nearlyAllEnd(ends));
  const refused = errors.some(({ kind, count }) => kind === 'OOM' && count > 0);
  const found = (stats.hits ?? 0) > 0 && stats.misses !== null && (stats.hits ?? 0) >= FOUND * stats.misses;
  return Boolean(makesRoom) && found && !refused && !MISSES_KEYS.test(told);
}

/** Redis servers at their limit of memory; `told` is what the alerts say. */
export function fullMemories(evidence: Evidence[], told: string): LiveStory[] {
  return toldBy(evidence, 'redis.info').flatMap(({ answer, number }: Info) => {
    const { target, memory, stats, errors } = answer;
    const { usedBytes, maxBytes, policy } = memory;
    if (!maxBytes || usedBytes === null || usedBytes < NEARLY_FULL * maxBytes) return [];
    const refused = errors.find(({ kind }) => kind === 'OOM')?.count ?? 0;
    const keeps = policy === 'noeviction';
    const effect = keeps
      ? `its policy is noeviction, so writes fail${refused > 0 ? ` (${refused} were refused with OOM since its start)` : ''}`
      : `its policy is ${policy ?? 'unknown'}, so keys are evicted${stats.evictedKeys ? ` (${stats.evictedKeys} since its start)` : ''}`;
    return [
      {
        kind: 'memory' as const,
        server: target,
        score: isCacheAtWork(answer, told) ? LEAD : refused > 0 || (stats.evictedKeys ?? 0) > 0 ? 0.9 : 0.75,
        text: `The memory of the Redis server ${target} is full (maxmemory is reached): ${usedBytes} of ${maxBytes} bytes (${bytesText(maxBytes)}) are used; ${effect}`,
        brief: `maxmemory is reached (${usedBytes} of ${maxBytes} bytes)`,
        evidence: [number],
        actions: [look('See what takes the memory', 'memory', 'stats'), look('Find the largest keys', '--bigkeys')],
      },
    ];
  });
}

/** Redis servers at their limit of clients. */
export function fullClients(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'redis.info').flatMap(({ answer, number }: Info) => {
    const { target, clients, stats, refused } = answer;
    const { connected, max } = clients;
    const refuses = refused?.code === 'max_clients_reached';
    const near = connected !== null && max !== null && max > 0 && connected >= MANY_CLIENTS * max;
    if (!refuses && !near) return [];
    const what = refuses
      ? `it refuses new clients with "${refused?.message}"`
      : `${connected} of ${max} (maxclients) are connected${stats.rejectedConnections ? `, ${stats.rejectedConnections} were rejected since its start` : ''}`;
    return [
      {
        kind: 'connections' as const,
        server: target,
        score: refuses || (stats.rejectedConnections ?? 0) > 0 ? 0.92 : 0.8,
        text: `The clients of the Redis server ${target} are at their limit (maxclients): ${what}`,
        brief: refuses ? 'the server refuses new clients' : `${connected} of ${max} clients are connected`,
        evidence: [number],
        actions: [look('See who is connected', 'client', 'list')],
      },
    ];
  });
}

/** Commands that hold up a server that does one thing at a time. */
export function slowCommands(evidence: Evidence[], since: number): LiveStory[] {
  return toldBy(evidence, 'redis.slowlog').flatMap(({ answer: { target, entries }, number }) => {
    const recent = entries.filter(({ at, durationMs }) => Date.parse(at) >= since && durationMs >= SLOW_MS);
    const [slowest] = recent.toSorted((a, b) => b.durationMs - a.durationMs);
    if (!slowest) return [];
    const alike = recent.filter(({ command }) => command === slowest.command).length;
    return [
      {
        kind: 'query' as const,
        server: target,
        score: slowest.durationMs >= VERY_SLOW_MS ? 0.82 : 0.55,
        text: `Slow command on the Redis server ${target}, which serves nobody else meanwhile: ${slowest.command} took ${slowest.durationMs} ms at ${slowest.at}${slowest.client ? `, from ${slowest.client}` : ''}${alike > 1 ? `; ${alike} entries of the slow log are like it` : ''}`,
        brief: `a command took ${slowest.durationMs} ms`,
        evidence: [number],
        actions: [look('See the slow log', 'slowlog', 'get', '20')],
      },
    ];
  });
}

/** Replicas that lost their primary, and servers that cannot save and so take no writes. */
export function brokenRedis(evidence: Evidence[]): LiveStory[] {
  return toldBy(evidence, 'redis.info').flatMap(({ answer, number }: Info): LiveStory[] => {
    const { target, replication, persistence, settings } = answer;
    const common = { server: target, evidence: [number], actions: [look('See the state of the server', 'info')] };
    if (replication.linkStatus === 'down') {
      const text = `the Redis replica ${target} has lost the link to its primary (master_link_status down)${replication.lastContactSeconds !== null && replication.lastContactSeconds >= 0 ? `, last heard ${replication.lastContactSeconds} s before` : ''}`;
      return [{ ...common, kind: 'lag', score: 0.88, text: `Replication lag: ${text}`, brief: text }];
    }
    const stops = settings.find(({ name }) => name === 'stop-writes-on-bgsave-error')?.value !== 'no';
    const failed = persistence.lastSaveStatus === 'err' ? 'its last save failed (rdb_last_bgsave_status err)' : null;
    const append = persistence.lastAppendStatus === 'err' ? 'it cannot append (aof_last_write_status err)' : null;
    const why = append ?? (failed && stops ? failed : null);
    if (!why) return [];
    const text = `The Redis server ${target} refuses writes because ${why}: its disk is full or not writable`;
    return [{ ...common, kind: 'storage', score: 0.86, text, brief: 'the server cannot save' }];
  });
}
