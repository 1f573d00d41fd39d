import { Cluster, type Redis } from 'ioredis';
import { withDeadline } from '../deadline.ts';
import { FleetError } from '../errors.ts';
import type { RedisConfig } from '../redis-config.ts';
import type { RedisAddress } from '../redis-url.types.ts';
import { connectRedis, onRedisError, type RedisConnection, untilReady } from './redis-connection.ts';

/** A sentinel or node that takes no connection for so long is away, ms. */
const DOOR_MS = 2_000;

/** A server that takes jobs: its `host:port`, and what its INFO says, by field. */
export type RedisServer = { address: string; facts: ReadonlyMap<string, string> };

/**
 * Connects as the queues do, and asks every server that takes jobs how it is: one, or each master of a Cluster. Throws within
 * `ms`, and what looking for the reason takes, with what the connection was told last.
 */
export async function examineRedis(config: RedisConfig, ms: number): Promise<RedisServer[]> {
  const redis = connectRedis(config);
  let last: Error | null = null;
  onRedisError(redis, (error) => {
    last = error;
  });
  try {
    return await withDeadline('the answer of Redis', ms, async (signal) => {
      await untilReady(redis, signal);
      return await Promise.all(serversOf(redis, config).map(readInfo));
    });
  } catch (error) {
    throw await explained(config, last ?? error);
  } finally {
    redis.disconnect();
  }
}

type Asked = { address: string; info(): Promise<string> };

function serversOf(redis: RedisConnection, { place }: RedisConfig): Asked[] {
  if (redis instanceof Cluster)
    return redis.nodes('master').map((node) => ({
      address: `${node.options.host}:${node.options.port}`,
      info: () => node.info(),
    }));
  // Which server the sentinels named is known by the connection to it alone.
  const { remoteAddress, remotePort } = redis.stream as { remoteAddress?: string; remotePort?: number };
  const address =
    place.topology === 'standalone' ? `${place.server.host}:${place.server.port}` : `${remoteAddress}:${remotePort}`;
  return [{ address, info: () => redis.info() }];
}

async function readInfo({ address, info }: Asked): Promise<RedisServer> {
  const lines = (await info()).split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string]);
  return { address, facts: new Map(lines) };
}

/** ioredis keeps back why sentinels or nodes cannot be asked: each is connected to alone then, and the first fault is told. */
async function explained(config: RedisConfig, thrown: unknown): Promise<unknown> {
  const { place } = config;
  if (place.topology === 'standalone') return thrown;
  const { message = '' } = thrown as Error;
  const fault = (await Promise.all(doorsOf(config).map(faultOf))).find((one) => one !== null);
  if (fault) return fault;
  if (place.topology === 'sentinel' && /All sentinels are unreachable|invalid reply/.test(message))
    return new FleetError('config_invalid', `the sentinels know no master "${place.master}"`, { cause: thrown });
  if (place.topology === 'cluster' && /took longer/.test(message))
    return new FleetError('dependency_failed', 'the Cluster is not in order: ask a node for CLUSTER INFO', {
      cause: thrown,
    });
  return thrown;
}

/** Each sentinel or node that the configuration names, as if it stood alone. */
function doorsOf(config: RedisConfig): RedisConfig[] {
  const { place } = config;
  const alone = (server: RedisAddress) => ({ ...config, place: { topology: 'standalone' as const, server, db: 0 } });
  if (place.topology === 'standalone') return [config];
  if (place.topology === 'cluster') return place.nodes.map(alone);
  const { sentinelUsername: username, sentinelPassword: password } = place;
  return place.sentinels.map((sentinel) => ({ ...alone(sentinel), username, password }));
}

/** Why it cannot be connected to, or null when it can. */
async function faultOf(config: RedisConfig): Promise<Error | null> {
  const redis = connectRedis(config, { lazyConnect: true, retryStrategy: null, connectTimeout: DOOR_MS }) as Redis;
  let fault: Error | null = null;
  onRedisError(redis, (error) => {
    fault = error;
  });
  const closed = await redis.connect().then(
    () => null,
    (error: Error) => error,
  );
  redis.disconnect();
  return closed && (fault ?? closed);
}
