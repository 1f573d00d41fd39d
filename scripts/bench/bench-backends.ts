import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrate } from '../../src/shared/database/migrate.ts';
import { openPostgresDatabase } from '../../src/shared/database/postgres-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { startPostgres } from '../servers/start-postgres.ts';
import { startRedis } from '../servers/start-redis.ts';

/** PostgreSQL with queues in Redis, PostgreSQL alone, and the database embedded in the one process. */
export const BENCH_BACKENDS = ['redis', 'postgres', 'embedded'] as const;
export type BenchBackend = (typeof BENCH_BACKENDS)[number];

/** An empty, migrated backend: the environment that points a process at it, and its removal. */
export type FreshBackend = { environment: Record<string, string>; remove(): Promise<void> };

/** Makes empty backends on servers that were started for this run; PostgreSQL is durable (fsync on). */
export type BenchServers = {
  available: BenchBackend[];
  fresh(backend: BenchBackend): Promise<FreshBackend>;
  stop(): Promise<void>;
};

/** Starts the servers that these backends need; a backend whose server can't be had is not available. */
export async function startServers(wanted: readonly BenchBackend[]): Promise<BenchServers> {
  const onServer = wanted.some((backend) => backend !== 'embedded');
  const postgres = onServer ? await startPostgres({ durable: true }) : null;
  const redis = wanted.includes('redis') ? await startRedis() : null;
  const has = { embedded: true, postgres: postgres !== null, redis: postgres !== null && redis !== null };
  return {
    available: wanted.filter((backend) => has[backend]),
    fresh: async (backend) => {
      if (backend === 'embedded') return freshDirectory();
      const database = await freshDatabase(postgres!.url());
      return backend === 'postgres' ? database : await withEmptyRedis(database, redis!.url);
    },
    stop: async () => {
      await Promise.all([postgres?.stop(), redis?.stop()]);
    },
  };
}

function freshDirectory(): FreshBackend {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-bench-'));
  return { environment: { DATA_DIR: folder }, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function freshDatabase(server: string): Promise<FreshBackend> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = openPostgresDatabase(url.href, silentLogger);
  await migrate(database);
  await database.close();
  return {
    environment: { DATABASE_URL: url.href },
    remove: () => runOn(server, `drop database if exists ${name} with (force)`),
  };
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function withEmptyRedis(database: FreshBackend, url: string): Promise<FreshBackend> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
  return { ...database, environment: { ...database.environment, REDIS_URL: url } };
}
