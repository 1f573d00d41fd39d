import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { pemsOf, type RedisTlsFiles } from './redis-tls-files.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** One redis-server of several, which know each other by passwords. */
export type RedisNode = {
  port: number;
  /** A connection to it alone. */
  client: Redis;
  isUp(): boolean;
  /** Ends it at once (kill -9). */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** What a client of the servers needs, and they of each other. */
export const NODE_PASSWORD = 'redis-secret';

const SETTINGS = {
  bind: '127.0.0.1',
  appendonly: 'yes',
  'maxmemory-policy': 'noeviction',
  save: '',
  requirepass: NODE_PASSWORD,
  masterauth: NODE_PASSWORD,
  // Replicas come up as soon as they are asked to.
  'repl-diskless-sync-delay': 0,
  'repl-ping-replica-period': 1,
};

/** How one is started: `args` may depend on the port, and on the folder for its data, which is its own. */
export type RedisProgram = {
  program: string;
  password: string;
  tls: RedisTlsFiles | null;
  args(port: number, folder: string): Promise<string[]>;
};

/** Starts so many on free ports; `more` are settings beside ours. */
export async function startRedisNodes(
  program: string,
  count: number,
  tls: RedisTlsFiles | null,
  more: () => Promise<Record<string, string | number>> = async () => ({}),
): Promise<RedisNode[]> {
  const args = async (port: number, dir: string) => {
    const settings = { ...portSettings(port, tls), dir, ...SETTINGS, ...(await more()) };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  };
  const start = () => startRedisNode({ program, password: NODE_PASSWORD, tls, args });
  return await Promise.all(Array.from({ length: count }, start));
}

/** Starts one on a free port. */
export async function startRedisNode({ program, password, tls, args }: RedisProgram): Promise<RedisNode> {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-redis-'));
  const port = await freePort();
  const given = await args(port, folder);
  const start = () => startServerProcess(program, given, port);
  let server: ServerProcess = await start();
  const client = clientOf({ port, password, tls });
  return {
    port,
    client,
    isUp: () => server.child.exitCode === null && server.child.signalCode === null,
    kill: () => server.kill('SIGKILL'),
    start: async () => {
      server = await start();
    },
    stop: async () => {
      client.disconnect();
      await server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection of our own to one of them. */
export function clientOf({ port, password, tls }: Pick<RedisProgram, 'password' | 'tls'> & { port: number }): Redis {
  const client = new Redis(port, '127.0.0.1', {
    password,
    retryStrategy: () => 50,
    ...(tls ? { tls: pemsOf(tls) } : {}),
  });
  client.on('error', () => undefined);
  return client;
}

/** The port of a server or sentinel, which takes TLS alone when there is any. */
export function portSettings(port: number, tls: RedisTlsFiles | null): Record<string, string | number> {
  if (!tls) return { port };
  return {
    port: 0,
    'tls-port': port,
    'tls-ca-cert-file': tls.ca,
    'tls-cert-file': tls.cert,
    'tls-key-file': tls.key,
    'tls-replication': 'yes',
  };
}

const DEADLINE_MS = 20_000;

/** Waits until the servers agree; they tell of it to nobody. Throws with what it waited for. */
export async function untilAgreed(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
    if (await look().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
}
