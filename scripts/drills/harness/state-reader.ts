import pg from 'pg';
import type { IncidentState } from '../../../src/shared/incident.ts';
import { ADMIN_TOKEN } from '../../fleet-in-process.ts';
import type { ResourceSample } from '../checker/observed.ts';
import { HARNESS_NAME, redisClient } from './servers.ts';

export type SeenIncident = { id: string; state: IncidentState; run: number };

/** How the harness looks at a running fleet, on a way of its own that no injected fault is on. */
export type StateReader = {
  /** Incidents that may have changed since the last look that succeeded. */
  changed(): Promise<SeenIncident[]>;
  counts(): Promise<Pick<ResourceSample, 'connections' | 'keys' | 'held'>>;
  close(): Promise<void>;
};

const CHANGED = `
select id, state, run, (extract(epoch from now()) - 15)::float8 as "asOf" from rca_fleet.incidents
where updated_at >= to_timestamp($1) or finished_at >= to_timestamp($1)`;

const CONNECTIONS = `
select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name <> '${HARNESS_NAME}'`;

const HELD = `
select worker, count(*)::int as count from rca_fleet.investigations
where report is null and lease_until > now() group by worker`;

const QUERY_MS = 5_000;

/** Reads from the servers themselves. */
export function serverReader(databaseUrl: string, redisUrl: string | null): StateReader {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: HARNESS_NAME,
    max: 2,
    query_timeout: QUERY_MS,
    connectionTimeoutMillis: QUERY_MS,
  });
  pool.on('error', () => undefined);
  const redis = redisUrl === null ? null : redisClient(redisUrl, { maxRetriesPerRequest: 0, commandTimeout: QUERY_MS });
  let since = 0;
  return {
    changed: async () => {
      const { rows } = await pool.query<SeenIncident & { asOf: number }>(CHANGED, [since]);
      since = rows[0]?.asOf ?? since;
      return rows;
    },
    counts: async () => {
      const [connections, keys, held] = await Promise.allSettled([
        pool.query<{ count: number }>(CONNECTIONS),
        redis?.dbsize(),
        pool.query<{ worker: string; count: number }>(HELD),
      ]);
      return {
        connections: connections.status === 'fulfilled' ? (connections.value.rows[0]?.count ?? null) : null,
        keys: keys.status === 'fulfilled' ? (keys.value ?? null) : null,
        held:
          held.status === 'fulfilled'
            ? Object.fromEntries(held.value.rows.map(({ worker, count }) => [worker, count]))
            : null,
      };
    },
    close: async () => {
      redis?.disconnect();
      await pool.end();
    },
  };
}

/** Reads by the API: the embedded database has no other door. It does not tell the run, which no such drill changes. */
export function apiReader(producer: string): StateReader {
  return {
    changed: async () => {
      const seen: SeenIncident[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: { items: { id: string; state: IncidentState }[]; nextCursor: string | null } = await getPage(
          producer,
          cursor,
        );
        seen.push(...page.items.map(({ id, state }) => ({ id, state, run: 1 })));
        cursor = page.nextCursor;
      }
      return seen;
    },
    counts: async () => ({ connections: null, keys: null, held: null }),
    close: async () => {},
  };
}

async function getPage(producer: string, cursor: string) {
  const response = await fetch(`${producer}/api/incidents?limit=200${cursor ? `&cursor=${cursor}` : ''}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    signal: AbortSignal.timeout(QUERY_MS),
  });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  return (await response.json()) as { items: { id: string; state: IncidentState }[]; nextCursor: string | null };
}
