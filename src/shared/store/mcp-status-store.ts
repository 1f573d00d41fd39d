import type { Database, Row } from '../database/database.ts';
import type { McpServerStatus } from '../mcp/mcp-gateway.types.ts';
import { isoTime } from './iso-time.ts';
import { storableJson } from './storable-json.ts';

/** What a process of the fleet sees of its MCP servers. */
export type ProcessMcpStatus = {
  /** Host, process id and a random part: no other process has it, and none after a restart. */
  process: string;
  /** `producer`, `worker` or `fleet` (all in one process). */
  role: string;
  /** ISO 8601. */
  startedAt: string;
  servers: McpServerStatus[];
};

/** The same as it was published, with the time (ISO 8601) and how long ago (s) that was. */
export type PublishedMcpStatus = ProcessMcpStatus & { at: string; ageSeconds: number };

export type McpStatusStore = {
  /** Puts the status of a process in the place of its last one, and forgets those of processes that are long gone. */
  publish(status: ProcessMcpStatus): Promise<void>;
  /** What processes have published within the last seconds, by role and name; at most 200. */
  list(withinSeconds: number): Promise<PublishedMcpStatus[]>;
  /** Forgets a process that ends. */
  remove(process: string): Promise<void>;
};

const MOST_PROCESSES = 200;

/** The repository of what every process sees of the MCP servers; the clock is the database's, so that the processes' may differ. */
export function createMcpStatusStore(database: Database): McpStatusStore {
  return {
    async publish({ process, role, startedAt, servers }) {
      await database.query(
        `with gone as (delete from rca_fleet.mcp_status where at < now() - interval '10 minutes' and process <> $1)
         insert into rca_fleet.mcp_status (process, role, started_at, servers) values ($1, $2, $3::timestamptz, $4::jsonb)
         on conflict (process) do update set at = now(), servers = excluded.servers`,
        [process, role, startedAt, storableJson(servers)],
      );
    },
    async list(withinSeconds) {
      return await database.query<PublishedMcpStatus & Row>(
        `select process, role, ${isoTime('started_at')} as "startedAt", ${isoTime('at')} as at, servers,
           greatest(0, round(extract(epoch from now() - at)))::int as "ageSeconds"
         from rca_fleet.mcp_status where at > now() - make_interval(secs => $1::float8) order by role, process limit ${MOST_PROCESSES}`,
        [withinSeconds],
      );
    },
    async remove(process) {
      await database.query('delete from rca_fleet.mcp_status where process = $1', [process]);
    },
  };
}
