import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
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

/** Starts so many on free ports with their data in temporary folders; `more` are settings beside ours. */
export async function startRedisNodes(
  program: string,
  count: number,
  more: (port: number) => Promise<Record<string, string | number>> = async () => ({}),
): Promise<RedisNode[]> {
  return await Promise.all(Array.from({ length: count }, () => startNode(program, more)));
}

async function startNode(
  program: string,
  more: (port: number) => Promise<Record<string, string | number>>,
): Promise<RedisNode> {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-redis-'));
  const port = await freePort();
  const settings = { port, dir: folder, ...SETTINGS, ...(await more(port)) };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const start = () => startServerProcess(program, args, port);
  let server: ServerProcess = await start();
  const client = new Redis(port, '127.0.0.1', { password: NODE_PASSWORD, retryStrategy: () => 50 });
  client.on('error', () => undefined);
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

const DEADLINE_MS = 20_000;

/** Waits until the servers agree; they tell of it to nobody. Throws with what it waited for. */
export async function untilAgreed(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
    if (await look().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
}
