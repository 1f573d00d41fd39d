import { ADMIN_TOKEN, sandboxEnvironment, WEBHOOK_TOKEN } from '../fleet-in-process.ts';
import { freePort } from '../servers/server-process.ts';
import type { BenchBackend } from './bench-backends.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchProcess, npmScript, startProcess, untilReady } from './bench-process.ts';

/** A running fleet as production starts it: producer and worker processes, or all roles in one on the embedded database. */
export type BenchFleet = {
  processes: Record<string, BenchProcess>;
  /** The process with the pools. */
  workers: BenchProcess;
  /** Sends alerts in one body; resolves with the ids of their incidents when they are accepted. */
  send(alerts: object[]): Promise<string[]>;
  /** `GET /api/incidents...` */
  get<T>(path: string): Promise<T>;
  /** Incidents answered since the start. */
  answered(): Promise<number>;
  /** Takes everything down, the backend included. */
  stop(): Promise<void>;
};

/** Starts a fleet on an empty backend and waits until it is ready. */
export async function startBenchFleet(context: BenchContext, backend: BenchBackend): Promise<BenchFleet> {
  const fresh = await context.servers.fresh(backend);
  const producer = await freePort();
  const worker = await freePort();
  const environment = {
    ...benchEnvironment(context),
    ...fresh.environment,
    PORT: `${producer}`,
    WORKER_PORT: `${worker}`,
  };
  const scripts: Record<string, string> =
    backend === 'embedded' ? { fleet: 'start' } : { producer: 'start:producer', workers: 'start:worker' };
  const processes = Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [
      name,
      startProcess(npmScript(script), environment, context.profileDir),
    ]),
  );
  const workers = (processes.workers ?? processes.fleet)!;
  const stop = async () => {
    await Promise.all(Object.values(processes).map((process) => process.stop()));
    await fresh.remove();
  };
  try {
    await untilReady((processes.producer ?? processes.fleet)!, `http://127.0.0.1:${producer}/readyz`);
    await untilReady(workers, `http://127.0.0.1:${worker}/readyz`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { processes, workers, stop, ...client(`http://127.0.0.1:${producer}`, `http://127.0.0.1:${worker}`) };
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
    WORKER_RATE_PER_MINUTE: '1000000',
  };
}

function client(producer: string, workers: string): Pick<BenchFleet, 'send' | 'get' | 'answered'> {
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
      const text = await (await fetch(`${workers}/metrics`)).text();
      return Number(/^rca_fleet_incidents_finished_total\{outcome="posted"\} (\d+)/m.exec(text)?.[1] ?? 0);
    },
  };
}
