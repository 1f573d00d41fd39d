import { Queue, Worker } from 'bullmq';
import type { Logger } from '../logger.ts';
import type { RedisConfig } from '../redis-config.ts';
import { boundWaits } from './bounded-waits.ts';
import type { QueueBackend } from './queue-backend.ts';
import { connectRedis, onRedisError, type RedisConnection, trackCopies, untilReady } from './redis-connection.ts';
import { throttledWarning } from './throttled-warning.ts';

/** All queues of a process, and all its workers, listen to one connection each. */
const MAX_LISTENERS = 1_000;

/** Those of a call to a queue on a Cluster: a little longer than anybody waits for it. */
const MOST_ATTEMPTS = 25;

/**
 * Where BullMQ puts the keys of a queue. On a Cluster the braces keep those of one queue on one slot, as its scripts need; nothing
 * of ours touches two queues at once, so that each queue has a slot of its own and they spread over the nodes. Elsewhere all queues
 * share the prefix that they have always had.
 */
export function redisPrefix({ place }: Pick<RedisConfig, 'place'>, queue: string): string {
  return place.topology === 'cluster' ? `{rca-fleet:${queue}}` : '{rca-fleet}';
}

/** The queues in Redis: standalone, behind sentinels, or in a Cluster. */
export function redisBackend(
  config: RedisConfig,
  logger: Logger,
  { socketTimeoutMs }: { socketTimeoutMs?: number } = {},
): QueueBackend {
  const more = socketTimeoutMs === undefined ? {} : { socketTimeout: socketTimeoutMs };
  // A Cluster is ready although one queue may have no master: our calls have given up by then, and must not gather behind it.
  const bounded = config.place.topology === 'cluster' ? { maxRetriesPerRequest: MOST_ATTEMPTS } : {};
  const producer = connectRedis(config, { ...more, ...bounded });
  const consumer = connectRedis(config, more);
  for (const redis of [producer, consumer]) {
    // BullMQ raises the limit by what it listens to: on top of 0, which means none, that would be 3.
    redis.setMaxListeners(MAX_LISTENERS);
    onRedisError(redis, throttledWarning(logger, 'redis'));
  }
  const endings = [producer, consumer].map(trackCopies);
  const prefixes = new Set<string>();
  const prefixOf = (queue: string) => {
    const prefix = redisPrefix(config, queue);
    prefixes.add(prefix);
    return prefix;
  };
  return {
    name: 'redis',
    openQueue: (name, options) => new Queue(name, { ...options, prefix: prefixOf(name), connection: producer }),
    openWorker: (name, process, options) => {
      const worker = new Worker(name, process, { ...options, prefix: prefixOf(name), connection: consumer });
      boundWaits(worker);
      return worker;
    },
    ready: (signal) => untilReady(producer, signal),
    ping: () => pingAll(producer, prefixes),
    close: async () => {
      for (const end of endings) end();
    },
  };
}

/** A Cluster may answer although the master of one queue is gone: each of these places is asked. */
async function pingAll(redis: RedisConnection, prefixes: Iterable<string>): Promise<void> {
  const places = [...prefixes];
  await (places.length === 0 ? redis.ping() : Promise.all(places.map((prefix) => redis.exists(`${prefix}:ping`))));
}
