import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis, RedisOptions } from 'ioredis';
import pg from 'pg';
import { migrate } from '../../../src/shared/database/migrate.ts';
import { openPostgresDatabase } from '../../../src/shared/database/postgres-database.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { connectRedis, onRedisError } from '../../../src/shared/queues/redis-connection.ts';
import { redisConfigOf } from '../../servers/redis-config-of.ts';
import { type OwnPostgres, startPostgres } from '../../servers/start-postgres.ts';
import { type OwnRedis, startRedis } from '../../servers/start-redis.ts';
import type { OwnSentinel } from '../../servers/start-redis-sentinel.ts';

/** Where rows and queues are: Redis with PostgreSQL, PostgreSQL alone, or the database embedded in the one process. */
export const DRILL_BACKENDS = ['redis', 'postgres', 'embedded'] as const;
export type DrillBackend = (typeof DRILL_BACKENDS)[number];

/** The servers of this run, all our own. */
export type DrillServers = {
  postgres: OwnPostgres | null;
  redis: OwnRedis | null;
  /** Behind `redis`, in a drill that asks for it. */
  sentinel?: OwnSentinel;
  stop(): Promise<void>;
};
export type FreshBackend = { environment: Record<string, string>; remove(): Promise<void> };

/** Marks the harness' own connections, which are none of the fleet's. */
export const HARNESS_NAME = 'rca-drills';

/** Starts PostgreSQL (with fsync) and Redis as far as these backends need them and the programs can be had. */
export async function startDrillServers(wanted: readonly DrillBackend[]): Promise<DrillServers> {
  const onServer = wanted.some((backend) => backend !== 'embedded');
  const postgres = onServer ? await startPostgres({ durable: true }) : null;
  const redis = wanted.includes('redis') ? await startRedis() : null;
  return {
    postgres,
    redis,
    stop: async () => {
      await Promise.allSettled([postgres?.stop(), redis?.stop()]);
    },
  };
}

/** Whether the servers of a backend are there. */
export function isAvailable({ postgres, redis }: DrillServers, backend: DrillBackend): boolean {
  return backend === 'embedded' || (postgres !== null && (backend === 'postgres' || redis !== null));
}

/** Makes an empty, migrated backend. */
export async function freshBackend({ postgres, redis }: DrillServers, backend: DrillBackend): Promise<FreshBackend> {
  if (backend === 'embedded') {
    const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-drill-'));
    return { environment: { DATA_DIR: folder }, remove: async () => rmSync(folder, { recursive: true, force: true }) };
  }
  const name = `drill_${randomUUID().replaceAll('-', '')}`;
  await onPostgres(postgres!.url(), `create database ${name}`);
  const database = openPostgresDatabase(postgres!.url(name), silentLogger);
  await migrate(database);
  await database.close();
  if (backend === 'redis') await onRedis(redis!.url, (client) => client.flushall());
  const urls = { DATABASE_URL: postgres!.url(name) };
  return {
    environment: backend === 'redis' ? { ...urls, REDIS_URL: redis!.url } : urls,
    remove: async () => void (await onPostgres(postgres!.url(), `drop database if exists ${name} with (force)`)),
  };
}

/** Runs one statement on a connection of its own. */
export async function onPostgres<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: HARNESS_NAME,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs something on a connection of its own. */
export async function onRedis<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = redisClient(url, { maxRetriesPerRequest: 1, lazyConnect: true });
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** A connection of the harness' own, to one server or to the master behind sentinels. */
export function redisClient(url: string, options: RedisOptions): Redis {
  const client = connectRedis(redisConfigOf(url), { ...options, connectionName: HARNESS_NAME }) as Redis;
  onRedisError(client, () => undefined);
  return client;
}
