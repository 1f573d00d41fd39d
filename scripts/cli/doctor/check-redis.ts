import type { Config } from '../../../src/shared/config.ts';
import { examineRedis, type RedisServer } from '../../../src/shared/queues/examine-redis.ts';
import type { RedisConfig } from '../../../src/shared/redis-config.ts';
import type { RedisAddress, RedisPlace } from '../../../src/shared/redis-url.types.ts';
import { describeFault } from '../describe-fault.ts';
import { type Check, failed, type Line, ok } from './check.ts';

const OLDEST_REDIS = '6.2.0';
const ANSWER_MS = 3_000;

/** The queues on Redis, through the connection that the fleet itself uses. */
export function checkRedis(redis: NonNullable<Config['redis']>): Check {
  return { what: 'queues', run: () => lookAtRedis(redis) };
}

async function lookAtRedis(redis: RedisConfig): Promise<Line[]> {
  try {
    return redisLines(await examineRedis(redis, ANSWER_MS), redis.place);
  } catch (error) {
    const remedy = 'check REDIS_URL, and that the server runs';
    return [failed('queues', `${wanted(redis.place)}: ${describeFault(error)}`, remedy)];
  }
}

/** What is looked for, in words. */
function wanted(place: RedisPlace): string {
  switch (place.topology) {
    case 'standalone':
      return `Redis on ${listed([place.server])}`;
    case 'sentinel':
      return `Redis master "${place.master}" by the sentinels ${listed(place.sentinels)}`;
    case 'cluster':
      return `Redis Cluster by ${listed(place.nodes)}`;
  }
}

const listed = (addresses: readonly RedisAddress[]) => addresses.map(({ host, port }) => `${host}:${port}`).join(', ');

/** What the INFO of the servers says of the settings that a queue depends on. */
export function redisLines(servers: readonly RedisServer[], place: RedisPlace): Line[] {
  return [serversLine(servers, place), ...replicaLines(servers, place), policyLine(servers), appendLine(servers)];
}

function serversLine(servers: readonly RedisServer[], place: RedisPlace): Line {
  const versions = [...new Set(servers.map((server) => fact(server, 'redis_version') ?? 'of unknown version'))];
  const what = `Redis ${versions.join(' and ')}${described(servers, place)}`;
  if (versions.some(isOlder)) return failed('queues', what, `use Redis ${OLDEST_REDIS} or newer`);
  const mistaken = mistakenFor(servers, place);
  return mistaken ? failed('queues', `${what} ${mistaken.is}`, mistaken.remedy) : ok('queues', what);
}

function described(servers: readonly RedisServer[], place: RedisPlace): string {
  const addresses = servers.map((server) => server.address).join(', ');
  switch (place.topology) {
    case 'standalone':
      return ` on ${addresses}`;
    case 'sentinel':
      return `, master "${place.master}" on ${addresses}, by ${place.sentinels.length} sentinel(s)`;
    case 'cluster':
      return ` Cluster, ${servers.length} master(s) on ${addresses}`;
  }
}

/** A plain URL that leads to something else than a server that takes jobs. */
function mistakenFor([server]: readonly RedisServer[], place: RedisPlace): { is: string; remedy: string } | null {
  if (!server || place.topology !== 'standalone') return null;
  const mode = fact(server, 'redis_mode');
  if (mode === 'cluster') return { is: 'is a node of a Cluster', remedy: 'begin REDIS_URL with redis+cluster://' };
  if (mode === 'sentinel')
    return {
      is: 'is a sentinel',
      remedy: 'begin REDIS_URL with redis+sentinel:// and end it with the name of the master',
    };
  if (fact(server, 'role') === 'slave')
    return {
      is: 'is a replica, which takes no jobs',
      remedy: "give its master's address as REDIS_URL, or the sentinels'",
    };
  return null;
}

/** Whether something can take over: of a server that stands alone nobody expects it. */
function replicaLines(servers: readonly RedisServer[], { topology }: RedisPlace): Line[] {
  if (topology === 'standalone') return [];
  const without = servers.filter((server) => !Number(fact(server, 'connected_slaves')));
  if (without.length === 0)
    return [ok('Redis replicas', servers.map((server) => fact(server, 'connected_slaves')).join(', '))];
  const detail = `none of ${addressesOf(without)}, so nothing takes over when it dies`;
  return [failed('Redis replicas', detail, 'start a replica of each master')];
}

function policyLine(servers: readonly RedisServer[]): Line {
  const policyOf = (server: RedisServer) => fact(server, 'maxmemory_policy') ?? 'unknown';
  const wrong = servers.filter((server) => policyOf(server) !== 'noeviction');
  if (wrong.length === 0) return ok('Redis maxmemory-policy', 'noeviction');
  const policies = [...new Set(wrong.map(policyOf))].join(', ');
  const detail = `${policies}${where(wrong, servers)} throws jobs away when memory runs out`;
  return failed('Redis maxmemory-policy', detail, 'set it to noeviction');
}

function appendLine(servers: readonly RedisServer[]): Line {
  const without = servers.filter((server) => fact(server, 'aof_enabled') !== '1');
  if (without.length === 0) return ok('Redis appendonly', 'yes');
  const detail = `no${where(without, servers)}, so a restart of Redis empties the queues`;
  return failed('Redis appendonly', detail, 'set appendonly yes');
}

const fact = (server: RedisServer, name: string) => server.facts.get(name);
const addressesOf = (servers: readonly RedisServer[]) => servers.map((server) => server.address).join(', ');
const where = (some: readonly RedisServer[], all: readonly RedisServer[]) =>
  all.length > 1 ? ` on ${addressesOf(some)}` : '';

function isOlder(version: string): boolean {
  return version.localeCompare(OLDEST_REDIS, 'en', { numeric: true }) < 0;
}
