import { freePort } from './free-port.ts';
import { ensureProgram } from './install-servers.ts';
import { type RedisTlsFiles, tlsOptions } from './redis-tls-files.ts';
import { NODE_PASSWORD, type RedisNode, startRedisNodes, untilAgreed } from './start-redis-nodes.ts';

/** A Cluster of our own: three masters with a replica each, which ask for a password. */
export type OwnCluster = {
  url: string;
  nodes: readonly RedisNode[];
  /** The master that holds the slot of a key. */
  masterOf(key: string): Promise<RedisNode>;
  /** Kills the master of a key's slot (kill -9) and waits until all others agree on its replica; resolves with the one that was killed. */
  failOver(key: string): Promise<RedisNode>;
  /** Makes the replica of a key's master its master, while that lives on as its replica; resolves when all agree. */
  demote(key: string): Promise<void>;
  /** Kills the master of a key's slot and its replica, so that nobody can take over. */
  killShard(key: string): Promise<void>;
  /** Ends all nodes at once (kill -9). */
  killAll(): Promise<void>;
  /** Starts those again that do not run. */
  startAll(): Promise<void>;
  stop(): Promise<void>;
};

const MASTERS = 3;
const SLOTS = 16_384;
/** A node that is silent for so long is down, ms. */
const NODE_TIMEOUT_MS = 750;

/** Starts one, installing the program where that is possible; null where it is not. */
export async function startRedisCluster(tls: RedisTlsFiles | null = null): Promise<OwnCluster | null> {
  const program = ensureProgram('redis-server', 'redis-server');
  if (!program) return null;
  const nodes = await startRedisNodes(program, 2 * MASTERS, tls, async () => ({
    ...(tls ? { 'tls-cluster': 'yes' } : {}),
    'cluster-enabled': 'yes',
    'cluster-node-timeout': NODE_TIMEOUT_MS,
    // By default 10000 above the port, where outgoing connections may be.
    'cluster-port': await freePort(),
  }));
  await join(nodes);
  const running = () => nodes.filter((node) => node.isUp());
  const masterOf = async (key: string) => {
    const port = await masterPort(running()[0]!, key);
    return nodes.find((node) => node.port === port)!;
  };
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const replicaOf = async (master: RedisNode) => {
    await untilAgreed('a replica of the master', () => hasReplica(master));
    const [, port] = /slave\d:.*?port=(\d+),state=online/.exec(await master.client.info('replication')) ?? [];
    return nodes.find((node) => node.port === Number(port))!;
  };
  return {
    url: `${tls ? 'rediss' : 'redis'}+cluster://:${NODE_PASSWORD}@${hosts}${tls ? `?${tlsOptions(tls)}` : ''}`,
    nodes,
    masterOf,
    failOver: async (key) => {
      const killed = await masterOf(key);
      await replicaOf(killed);
      await killed.kill();
      await untilReplaced(running(), killed, key);
      return killed;
    },
    demote: async (key) => {
      const master = await masterOf(key);
      await (await replicaOf(master)).client.cluster('FAILOVER');
      await untilReplaced(running(), master, key);
    },
    killShard: async (key) => {
      const master = await masterOf(key);
      await (await replicaOf(master)).kill();
      await master.kill();
    },
    killAll: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    },
    startAll: async () => {
      const ended = nodes.filter((node) => !node.isUp());
      await Promise.all(ended.map((node) => node.start()));
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Makes them one: the slots are shared out among the masters, all meet, and each replica follows its master. */
async function join(nodes: readonly RedisNode[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const share = Math.ceil(SLOTS / MASTERS);
  await Promise.all(
    masters.map(({ client }, index) =>
      client.cluster('ADDSLOTSRANGE', index * share, Math.min(SLOTS, (index + 1) * share) - 1),
    ),
  );
  const [first, ...others] = nodes as [RedisNode, ...RedisNode[]];
  for (const { port, client } of others) {
    const [, busPort] = (await client.config('GET', 'cluster-port')) as string[];
    await first.client.cluster('MEET', '127.0.0.1', port, Number(busPort));
  }
  await Promise.all(
    nodes.map((node) => untilAgreed('nodes that have met', async () => (await known(node)) === nodes.length)),
  );
  await Promise.all(
    nodes.slice(MASTERS).map(async ({ client }, index) => {
      const master = (await masters[index]!.client.cluster('MYID')) as string;
      await untilAgreed('a replica', async () => (await client.cluster('REPLICATE', master)) === 'OK');
    }),
  );
  await Promise.all(nodes.map((node) => untilAgreed('a Cluster in order', () => isWell(node))));
  await Promise.all(masters.map((node) => untilAgreed('a replica of each master', () => hasReplica(node))));
}

/** Waits until all agree that another master than this holds the slot of a key. */
async function untilReplaced(nodes: readonly RedisNode[], master: RedisNode, key: string): Promise<void> {
  const isReplaced = async (node: RedisNode) => (await masterPort(node, key)) !== master.port && (await isWell(node));
  await Promise.all(nodes.map((node) => untilAgreed('a new master', () => isReplaced(node))));
}

async function infoOf({ client }: RedisNode): Promise<Map<string, string>> {
  const text = (await client.cluster('INFO')) as string;
  return new Map(text.split('\r\n').map((line) => line.split(':', 2) as [string, string]));
}

const known = async (node: RedisNode) => Number((await infoOf(node)).get('cluster_known_nodes'));
const isWell = async (node: RedisNode) => (await infoOf(node)).get('cluster_state') === 'ok';

async function hasReplica({ client }: RedisNode): Promise<boolean> {
  return /slave\d:.*state=online/.test(await client.info('replication'));
}

async function masterPort({ client }: RedisNode, key: string): Promise<number | null> {
  const slot = (await client.cluster('KEYSLOT', key)) as number;
  const ranges = await client.cluster('SLOTS');
  return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1] ?? null;
}
