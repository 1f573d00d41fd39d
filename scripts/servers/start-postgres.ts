import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { ensureProgram, unprivilegedUser } from './install-servers.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** A PostgreSQL server of our own, on a free port with its data in a temporary folder. */
export type OwnPostgres = {
  /** The URL of a database on it, `postgres` by default. */
  url(database?: string): string;
  /** Where its data are. */
  readonly folder: string;
  /** Whether its process runs. */
  isUp(): boolean;
  /** Stops it at once (`immediate`, as a crash would) and starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * `durable` keeps fsync on; the data go into a folder under `parent`; `settings` are added to ours; `standbyOf` (a URL) makes
 * it a standby of that server.
 */
export type OwnPostgresOptions = {
  durable?: boolean;
  parent?: string;
  settings?: Record<string, string | number>;
  standbyOf?: string;
};

/** Starts one, installing the program where that is possible; null where it is not. */
export async function startPostgres(options: OwnPostgresOptions = {}): Promise<OwnPostgres | null> {
  const { standbyOf, parent = tmpdir() } = options;
  const initdb = ensureProgram('initdb', 'postgresql');
  if (!initdb) return null;
  const owner = unprivilegedUser();
  const user = owner ?? {};
  const folder = mkdtempSync(join(parent, 'rca-fleet-postgres-'));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const [program, args] = standbyOf
    ? [join(dirname(initdb), 'pg_basebackup'), ['-D', data, '-d', standbyOf, '-R', '-c', 'fast', '--no-sync']]
    : [initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']];
  const made = spawnSync(program, args, { ...user, cwd: folder });
  if (made.status !== 0) throw new Error(`${program} failed: ${made.stderr}`);
  const port = await freePort();
  const start = () =>
    startServerProcess(join(dirname(initdb), 'postgres'), serverArguments(folder, port, options), port, {
      ...user,
      cwd: folder,
    });
  let server: ServerProcess = await start();
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`;
  await untilReady(url());
  return {
    url,
    folder,
    isUp: () => server.child.exitCode === null && server.child.signalCode === null,
    restart: async () => {
      await server.kill('SIGQUIT');
      server = await start();
      await untilReady(url());
    },
    stop: async () => {
      await server.kill('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverArguments(
  folder: string,
  port: number,
  { durable = false, settings: more = {} }: OwnPostgresOptions,
): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'max_connections=300',
    'shared_buffers=64MB',
    ...Object.entries(more).map(([name, value]) => `${name}=${value}`),
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  return [
    '-D',
    join(folder, 'data'),
    '-p',
    String(port),
    '-k',
    folder,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
}

/** The port opens before the server takes queries. */
async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((done) => setTimeout(done, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
