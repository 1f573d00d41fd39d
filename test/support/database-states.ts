import { once } from 'node:events';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/shared/mcp/servers/database/database-target.ts';

/** A target as the file of targets would give it. */
export const targetOf = (name: string, url: string, more: Partial<DatabaseTarget> = {}): DatabaseTarget => ({
  name,
  url,
  product: url.startsWith('redis') ? 'redis' : 'postgresql',
  password: () => null,
  services: [],
  ca: null,
  ...more,
});

/** Sessions that really do something to a PostgreSQL; all end with `end`. */
export function databaseSessions(url: string) {
  const open: pg.Client[] = [];
  const connect = async (application: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url, application_name: application });
    client.on('error', () => {});
    await client.connect();
    open.push(client);
    return client;
  };
  const watcher = new pg.Client({ connectionString: url, application_name: 'watcher' });
  const watching = watcher.connect();
  return {
    connect,
    /** Until the statement answers with true; how the server is seen from outside. */
    async until(statement: string): Promise<void> {
      await watching;
      for (let tries = 0; tries < 400; tries++) {
        const [row] = (await watcher.query({ text: statement, rowMode: 'array' })).rows as [unknown][];
        if (row?.[0] === true) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`it never became true: ${statement}`);
    },
    /** Starts a statement that will not answer for now; what becomes of it does not matter. */
    start(client: pg.Client, statement: string): void {
      client.query(statement).catch(() => {});
    },
    async end(): Promise<void> {
      await watching;
      await watcher.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name like $1',
        ['%app%'],
      );
      await Promise.allSettled([...open.splice(0).map((client) => client.end()), watcher.end()]);
    },
  };
}

/** How many connections can be had beside those that are there; all of them. */
export async function takeAllConnections(url: string): Promise<() => Promise<void>> {
  const taken: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: url, application_name: 'leaky app' });
    client.on('error', () => {});
    try {
      await client.connect();
      taken.push(client);
    } catch {
      break;
    }
  }
  return async () => {
    await Promise.allSettled(
      taken.map(async (client) => {
        const ended = once(client, 'end');
        await client.end();
        await ended;
      }),
    );
  };
}
