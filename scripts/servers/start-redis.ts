import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { ensureProgram } from './install-servers.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** A Redis server of our own, on a free port with its data in a temporary folder; append-only file on, as we advise. */
export type OwnRedis = {
  url: string;
  /** Stops it (kill -9) and leaves it stopped until `start`. */
  kill(): Promise<void>;
  /** Starts it on the same port and folder; `changes` to its settings count for this life alone. */
  start(changes?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
};

/** Starts one, installing the program where that is possible; null where it is not. `more` are settings beside ours. */
export async function startRedis(more: Record<string, string | number> = {}): Promise<OwnRedis | null> {
  const program = ensureProgram('redis-server', 'redis-server');
  if (!program) return null;
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-redis-'));
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    save: '',
    // Each suite of tests gets one of its own: the default, 16, would come round while the first is still in use.
    databases: 1024,
    ...more,
  };
  const start = (changes: Record<string, string> = {}) => {
    const args = Object.entries({ ...settings, ...changes }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return startServerProcess(program, args, port);
  };
  let server: ServerProcess = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => server.kill('SIGKILL'),
    start: async (changes) => {
      server = await start(changes);
    },
    stop: async () => {
      await server.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
