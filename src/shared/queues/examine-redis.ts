import { Cluster } from 'ioredis';
import { withDeadline } from '../deadline.ts';
import { FleetError } from '../errors.ts';
import type { RedisConfig } from '../redis-config.ts';
import { connectRedis, onRedisError, type RedisConnection, untilReady } from './redis-connection.ts';

/** A server that takes jobs: its `host:port`, and what its INFO says, by field. */
export type RedisServer = { address: string; facts: ReadonlyMap<string, string> };

/**
 * Connects as the queues do, and asks every server that takes jobs how it is: one, or each master of a Cluster. Throws within
 * `ms` with what the connection was told last.
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
    throw explained(config, last ?? error);
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

/** What ioredis says in words of its own. */
function explained({ place }: RedisConfig, thrown: unknown): unknown {
  const { message = '', lastNodeError } = thrown as Error & { lastNodeError?: Error };
  if (lastNodeError) return lastNodeError;
  if (place.topology === 'sentinel' && /invalid reply: null/.test(message))
    return new FleetError('config_invalid', `the sentinels know no master "${place.master}"`, { cause: thrown });
  if (place.topology === 'cluster' && /took longer/.test(message))
    return new FleetError(
      'config_invalid',
      'the Cluster is not in order: ask a node for CLUSTER INFO and CLUSTER NODES',
      {
        cause: thrown,
      },
    );
  return thrown;
}
