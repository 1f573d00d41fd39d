import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { ensureProgram } from './install-servers.ts';
import { type RedisTlsFiles, tlsOptions } from './redis-tls-files.ts';
import {
  clientOf,
  NODE_PASSWORD,
  portSettings,
  type RedisNode,
  startRedisNode,
  startRedisNodes,
  untilAgreed,
} from './start-redis-nodes.ts';

/** A master with two replicas and three sentinels of our own; servers and sentinels ask for a password each. */
export type OwnSentinel = {
  url: string;
  /** The server that the sentinels name. */
  master(): Promise<RedisNode>;
  nodes: readonly RedisNode[];
  /** Kills the master (kill -9) and waits until the sentinels name another one; resolves with the one that was killed. */
  failOver(): Promise<RedisNode>;
  /** Makes a replica the master, while the master lives on as its replica; resolves when the sentinels name it. */
  demote(): Promise<void>;
  /** Ends all servers and sentinels at once (kill -9). */
  killAll(): Promise<void>;
  /** Starts those again that do not run. */
  startAll(): Promise<void>;
  stop(): Promise<void>;
};

const MASTER = 'rca-master';
const SENTINEL_PASSWORD = 'sentinel-secret';
const QUORUM = 2;
/** A master that is silent for so long is down, ms. */
const DOWN_AFTER_MS = 500;

/** Starts them, installing the program where that is possible; null where it is not. */
export async function startRedisSentinel(tls: RedisTlsFiles | null = null): Promise<OwnSentinel | null> {
  const program = ensureProgram('redis-server', 'redis-server');
  if (!program) return null;
  const nodes = await startRedisNodes(program, 3, tls);
  const [first, ...others] = nodes as [RedisNode, ...RedisNode[]];
  await Promise.all(others.map(({ client }) => client.replicaof('127.0.0.1', first.port)));
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(program, first.port, tls)));
  const [sentinel] = sentinels as [RedisNode, ...RedisNode[]];
  await Promise.all(
    sentinels.map(({ client }) => untilAgreed('sentinels that can fail over', () => canFailOver(client))),
  );
  const watcherOf = ({ port }: RedisNode) => clientOf({ port, password: SENTINEL_PASSWORD, tls });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const master = async () => {
    const [, port] = (await sentinel.client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as string[];
    return nodes.find((node) => node.port === Number(port))!;
  };
  return {
    url: `${tls ? 'rediss' : 'redis'}+sentinel://:${NODE_PASSWORD}@${hosts}/${MASTER}?sentinelPassword=${SENTINEL_PASSWORD}${tls ? `&${tlsOptions(tls)}` : ''}`,
    master,
    nodes,
    failOver: async () => {
      const killed = await master();
      await untilSwitched(watcherOf(sentinel), () => killed.kill());
      return killed;
    },
    demote: () => untilSwitched(watcherOf(sentinel), () => sentinel.client.call('SENTINEL', 'FAILOVER', MASTER)),
    killAll: async () => {
      await Promise.all([...sentinels, ...nodes].map((one) => one.kill()));
    },
    startAll: async () => {
      const ended = [...sentinels, ...nodes].filter((one) => !one.isUp());
      await Promise.all(ended.map((one) => one.start()));
    },
    stop: async () => {
      await Promise.all([...sentinels, ...nodes].map((one) => one.stop()));
    },
  };
}

async function startSentinel(program: string, masterPort: number, tls: RedisTlsFiles | null): Promise<RedisNode> {
  const args = async (port: number, folder: string) => {
    // A sentinel writes what it learns into its configuration file.
    const file = join(folder, 'sentinel.conf');
    const lines = [
      ...Object.entries(portSettings(port, tls)).map(([name, value]) => `${name} ${value}`),
      'bind 127.0.0.1',
      `dir ${folder}`,
      `requirepass ${SENTINEL_PASSWORD}`,
      `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} ${QUORUM}`,
      `sentinel auth-pass ${MASTER} ${NODE_PASSWORD}`,
      `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER} 10000`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    return [file, '--sentinel'];
  };
  return await startRedisNode({ program, password: SENTINEL_PASSWORD, tls, args });
}

/** Waits until a sentinel tells that there is another master, which `act` brings about. */
async function untilSwitched(watcher: Redis, act: () => Promise<unknown>): Promise<void> {
  try {
    await watcher.subscribe('+switch-master');
    const switched = once(watcher, 'message', { signal: AbortSignal.timeout(30_000) });
    await act();
    await switched;
  } finally {
    watcher.disconnect();
  }
}

/** It knows both replicas in good order, and enough other sentinels. */
async function canFailOver(client: Redis): Promise<boolean> {
  const replicas = (await client.call('SENTINEL', 'REPLICAS', MASTER)) as string[][];
  const flags = replicas.map((replica) => replica[replica.indexOf('flags') + 1]);
  const linked = replicas.every((replica) => replica[replica.indexOf('master-link-status') + 1] === 'ok');
  if (flags.filter((flag) => flag === 'slave').length < 2 || !linked) return false;
  const others = (await client.call('SENTINEL', 'SENTINELS', MASTER)) as string[][];
  return others.length === 2 && String(await client.call('SENTINEL', 'CKQUORUM', MASTER)).startsWith('OK');
}
