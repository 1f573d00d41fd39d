import { ADMIN_TOKEN, sandboxEnvironment, WEBHOOK_TOKEN } from '../fleet-in-process.ts';
import { freePort } from '../servers/free-port.ts';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchProcess, npmScript, startProcess, untilReady } from './bench-process.ts';
import { type DatabaseUsage, databaseUsage } from './database-usage.ts';

/** A running fleet as production starts it: producer and worker processes, or all roles in one on the embedded database. */
export type BenchFleet = {
  processes: Record<string, BenchProcess>;
  /** The process with the pools, and all of them where there are several. */
  workers: BenchProcess;
  pools: BenchProcess[];
  /** Sends alerts in one body; resolves with the ids of their incidents when they are accepted. */
  send(alerts: object[]): Promise<string[]>;
  /** `GET /api/incidents...` */
  get<T>(path: string): Promise<T>;
  /** Incidents answered since the start. */
  answered(): Promise<number>;
  /** Disk and commits of its PostgreSQL so far; null for an embedded one. */
  usage(): Promise<DatabaseUsage | null>;
  /** Takes everything down, the backend included. */
  stop(): Promise<void>;
};

/** How a fleet differs from the usual one of a producer and one process with all pools. */
export type FleetOptions = { workerProcesses?: number; environment?: Record<string, string> };

/** Starts a fleet on an empty backend and waits until it is ready. */
export async function startBenchFleet(
  context: BenchContext,
  backend: BenchBackend,
  { workerProcesses = 1, environment: given = {} }: FleetOptions = {},
): Promise<BenchFleet> {
  const fresh = await context.servers.fresh(backend);
  const producer = await freePort();
  const ports = await Promise.all(Array.from({ length: backend === 'embedded' ? 1 : workerProcesses }, freePort));
  const environment = { ...benchEnvironment(context), ...fresh.environment, PORT: `${producer}`, ...given };
  const start = (script: string, port: number) =>
    startProcess(npmScript(script), { ...environment, WORKER_PORT: `${port}` }, context.profileDir);
  const pools = ports.map((port) => start(backend === 'embedded' ? 'start' : 'start:worker', port));
  const workers = pools[0]!;
  const processes: Record<string, BenchProcess> =
    backend === 'embedded'
      ? { fleet: workers }
      : {
          producer: start('start:producer', ports[0]!),
          workers,
          ...Object.fromEntries(pools.slice(1).map((pool, index) => [`workers ${index + 2}`, pool])),
        };
  const stop = async () => {
    await Promise.all(Object.values(processes).map((process) => process.stop()));
    await fresh.remove();
  };
  try {
    await untilReady((processes.producer ?? processes.fleet)!, `http://127.0.0.1:${producer}/readyz`);
    for (const [index, pool] of pools.entries()) await untilReady(pool, `http://127.0.0.1:${ports[index]}/readyz`);
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const { DATABASE_URL } = fresh.environment;
  const usage = async () => (DATABASE_URL ? await databaseUsage(DATABASE_URL) : null);
  return { processes, workers, pools, usage, stop, ...client(`http://127.0.0.1:${producer}`, urls) };
}

/** The memory settings of the image (deploy/Dockerfile), which an npm script can't make on every system. */
export const IMAGE_MEMORY = { MALLOC_ARENA_MAX: '1' };

function benchEnvironment({ world: { sandbox, llm } }: BenchContext): Record<string, string> {
  return {
    ...sandboxEnvironment(sandbox),
    ...IMAGE_MEMORY,
    LOG_LEVEL: 'error',
    OPENAI_API_KEY: 'sandbox-key',
    OPENAI_BASE_URL: llm.baseUrl,
    SLACK_POSTS_PER_MINUTE: '1000000',
    SLACK_WORKSPACE_PER_MINUTE: '10000000',
    WORKER_RATE_PER_MINUTE: '1000000',
  };
}

const POSTED = /^rca_fleet_incidents_finished_total\{outcome="posted"\} (\d+)/m;

function client(producer: string, workers: string[]): Pick<BenchFleet, 'send' | 'get' | 'answered'> {
  return {
    send: async (alerts) => {
      const response = await fetch(`${producer}/alerts/generic`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${WEBHOOK_TOKEN}` },
        body: JSON.stringify({ alerts }),
      });
      const answer = (await response.json()) as { alerts?: { incidentId: string }[] };
      if (!answer.alerts) throw new Error(`the intake answered ${response.status}: ${JSON.stringify(answer)}`);
      return answer.alerts.map((alert) => alert.incidentId);
    },
    get: async <T>(path: string) => {
      const response = await fetch(`${producer}/api${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
      if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
      return (await response.json()) as T;
    },
    answered: async () => {
      const texts = await Promise.all(workers.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      const counts = texts.map((text) => Number(POSTED.exec(text)?.[1] ?? 0));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
