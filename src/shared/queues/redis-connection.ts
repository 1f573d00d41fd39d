import { once } from 'node:events';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { FleetError } from '../errors.ts';
import type { RedisConfig } from '../redis-config.ts';

/** One server, the master that the sentinels name, or a whole Cluster: all commands that we use are the same. */
export type RedisConnection = Redis | Cluster;

/** A blocking call of BullMQ's is answered within 5 s: a connection that says nothing for so long is half-open. */
const SOCKET_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A sentinel that does not answer is passed over for the next one, ms. */
const SENTINEL_ANSWER_MS = 2_000;
/** Asking a node for the map of the slots may take so long, ms; ioredis' own second is short for a busy process. */
const SLOTS_TIMEOUT_MS = 5_000;
/** A failover takes seconds: the wait between two attempts grows no further than this, ms. */
const LONGEST_WAIT_MS = 1_000;
/** Between two attempts of a command whose node is being replaced, ms. */
const REDIRECT_WAIT_MS = 100;

/** Connects to Redis as the configuration says, in the background; `more` goes before our own options of each connection. */
export function connectRedis(config: RedisConfig, more: RedisOptions = {}): RedisConnection {
  const { place, natMap } = config;
  const options: RedisOptions = { ...connectionOptions(config), ...more };
  const nat = Object.keys(natMap).length > 0 ? { natMap: { ...natMap } } : {};
  switch (place.topology) {
    case 'standalone':
      return new Redis({ ...options, ...place.server, db: place.db });
    case 'sentinel':
      return new Redis({
        ...options,
        ...nat,
        sentinels: [...place.sentinels],
        name: place.master,
        db: place.db,
        ...(place.sentinelUsername === null ? {} : { sentinelUsername: place.sentinelUsername }),
        ...(place.sentinelPassword === null ? {} : { sentinelPassword: place.sentinelPassword }),
        ...(options.tls ? { enableTLSForSentinelMode: true, sentinelTLS: options.tls } : {}),
        sentinelCommandTimeout: SENTINEL_ANSWER_MS,
        sentinelRetryStrategy: waitBefore,
        // Not ioredis' failoverDetector: told of a failover while the next master is being looked for, it ends the connection for
        // good. A demoted master closes its connections by itself, and one that went silent is found by the socket's timeout.
      });
    case 'cluster':
      return new Cluster([...place.nodes], { ...clusterOptions(options), ...nat });
  }
}

function connectionOptions({ username, password, family, tls }: RedisConfig): RedisOptions {
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // No command is given up by ioredis: BullMQ would remember a failed start for ever. Our own calls look at the connection
    // first and have a deadline, so that nothing piles up behind a Redis that is away.
    maxRetriesPerRequest: null,
    retryStrategy: waitBefore,
    reconnectOnError: afterReplicaAnswer,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(family === null ? {} : { family }),
    ...(tls === null ? {} : { tls: withoutNull(tls) }),
  };
}

/** The same for a Cluster: a command waits until its slot has a master again, for so many attempts or, with null, as long as it takes. */
function clusterOptions({
  retryStrategy: _nodes,
  reconnectOnError: _moved,
  maxRetriesPerRequest: attempts,
  ...options
}: RedisOptions): ClusterOptions {
  const redisOptions = { ...options, maxRetriesPerRequest: null };
  return {
    redisOptions,
    clusterRetryStrategy: waitBefore,
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
    maxRedirections: attempts ?? Number.POSITIVE_INFINITY,
    retryDelayOnFailover: REDIRECT_WAIT_MS,
    retryDelayOnClusterDown: REDIRECT_WAIT_MS,
    retryDelayOnTryAgain: REDIRECT_WAIT_MS,
    // While a failover is not yet known everywhere, two nodes may send a command to and fro between them.
    retryDelayOnMoved: REDIRECT_WAIT_MS,
    // Certificates name hosts, not the addresses that ioredis would put in their place.
    ...(options.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
  };
}

/** Doubling from 50 ms up to the longest wait, with up to half of it random, so that a fleet does not come back all at once. */
function waitBefore(attempt: number): number {
  const full = Math.min(LONGEST_WAIT_MS, 50 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/** BullMQ changes the state of jobs by scripts alone: one that a replica refused has done nothing, and may be sent again. */
const REPEATABLE = new Set(['evalsha', 'eval', 'bzpopmin']);

/** A server that was a master until now is left, and asked for anew: by its name, which may mean another server, or by the sentinels. */
function afterReplicaAnswer(error: Error & { command?: { name: string } }): false | 1 | 2 {
  if (!/READONLY |UNBLOCKED /.test(error.message)) return false;
  return REPEATABLE.has(error.command?.name ?? '') ? 2 : 1;
}

/** Waits until commands are sent at once; rejects when the signal is aborted, and when a server or all nodes cannot be reached. */
export async function untilReady(redis: RedisConnection, signal: AbortSignal): Promise<void> {
  // Behind sentinels an error tells of the end of a round of asking them, which a failover takes several of.
  const isOneOfMany = redis instanceof Redis && Boolean(redis.options.sentinels);
  while (redis.status !== 'ready') {
    await once(redis, 'ready', { signal }).catch((error) => {
      if (signal.aborted || !isOneOfMany) throw error;
    });
  }
}

/**
 * Remembers the connections that are made as copies of this one, as BullMQ does for every worker. The function that is returned
 * ends them all for good: BullMQ may be about to connect one again that it has closed, which would then look for its sentinels for ever.
 */
export function trackCopies(redis: RedisConnection): () => void {
  const copies = new Set<RedisConnection>([redis]);
  const duplicate = redis.duplicate.bind(redis) as (...given: unknown[]) => RedisConnection;
  const remembering = (...given: unknown[]) => {
    const copy = duplicate(...given);
    copies.add(copy);
    return copy;
  };
  Object.assign(redis, { duplicate: remembering });
  return () => {
    for (const copy of copies) {
      copy.connect = () => Promise.reject(new FleetError('shutting_down', 'the connection to Redis is closed'));
      copy.disconnect();
    }
  };
}

/** Tells of every error of a connection: that it cannot be made, and why a sentinel or a node of it cannot be asked. */
export function onRedisError(redis: RedisConnection, tell: (error: Error) => void): void {
  for (const event of ['error', 'sentinelError', 'node error']) redis.on(event, tell);
}

function withoutNull<T extends object>(options: T): { [Key in keyof T]: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as never;
}
