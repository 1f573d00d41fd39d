import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { copyEmbeddedTemplate } from './embedded-template.ts';

/** Where a fleet keeps its rows and its queues: the three ways that the configuration offers. */
export const BACKENDS = ['embedded', 'postgres', 'redis'] as const;
export type Backend = (typeof BACKENDS)[number];

/** A backend made fresh for one suite: the environment that points a fleet at it, and its removal. */
export type FreshBackend = { environment: Record<string, string>; remove(): Promise<void> };

/** Whether the servers that a backend needs were given; `npm test` says so in a line when they were not. */
export function isAvailable(backend: Backend): boolean {
  if (backend === 'embedded') return true;
  return Boolean(process.env.TEST_DATABASE_URL) && (backend === 'postgres' || Boolean(process.env.TEST_REDIS_URL));
}

/** The backends that can be tested here. */
export const availableBackends = (): Backend[] => BACKENDS.filter(isAvailable);

/** The one that costs least, for tests that are about something else: a server where there is one. */
export const quickBackend = (): Backend => (isAvailable('postgres') ? 'postgres' : 'embedded');

/** Makes an empty backend: a directory, a database of its own, or one with an emptied Redis database. */
export async function freshBackend(backend: Backend): Promise<FreshBackend> {
  if (backend === 'embedded') return freshDirectory();
  const database = await freshDatabase();
  if (backend === 'postgres') return database;
  const redisUrl = await freshRedisUrl();
  return { environment: { ...database.environment, REDIS_URL: redisUrl }, remove: database.remove };
}

/** The same, but the embedded database comes with today's schema: for tests that are not about how it is created. */
export async function preparedBackend(backend: Backend): Promise<FreshBackend> {
  const fresh = await freshBackend(backend);
  if (backend === 'embedded') await copyEmbeddedTemplate(fresh.environment.DATA_DIR!);
  return fresh;
}

function freshDirectory(): FreshBackend {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-test-'));
  return { environment: { DATA_DIR: folder }, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function freshDatabase(): Promise<FreshBackend> {
  const server = process.env.TEST_DATABASE_URL!;
  const name = `rca_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    environment: { DATABASE_URL: url.href },
    remove: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Suites that run at the same time take turns through the databases beside the first. */
async function freshRedisUrl(): Promise<string> {
  const url = new URL(process.env.TEST_REDIS_URL!);
  const counter = new Redis(url.href);
  const turn = await counter.incr('rca-fleet-test-turn');
  const databases = await databasesOf(counter);
  counter.disconnect();
  url.pathname = `/${1 + (turn % (databases - 1))}`;
  const fresh = new Redis(url.href);
  await fresh.flushdb();
  fresh.disconnect();
  return url.href;
}

/** How many it has; the default where it does not say. */
async function databasesOf(redis: Redis): Promise<number> {
  const [, count] = (await redis.config('GET', 'databases').catch(() => [])) as string[];
  return Number(count ?? 16);
}
