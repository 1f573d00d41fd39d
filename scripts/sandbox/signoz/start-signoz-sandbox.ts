import type { FaultPlan } from '../http/faults.ts';
import {
  jsonAnswer,
  type RefusalFault,
  type SandboxAnswer,
  type SandboxRequest,
  startSandboxHttpServer,
} from '../http/sandbox-http-server.ts';
import { createWorldClock, type Scenario, type TelemetryWorld, type WorldClock } from '../scenarios/telemetry-world.ts';
import { dependencyGraph } from './dependency-graph.ts';
import { answerPromql } from './promql-query.ts';
import { readQueryRequest } from './query-request.ts';
import { answerRaw } from './raw-query.ts';
import { SignozRefusal, signozErrorBody } from './signoz-refusal.ts';
import { answerSpanSeries } from './span-series-query.ts';
import { answerTimeSeries } from './time-series-query.ts';

export type SignozSandboxOptions = {
  apiKey: string;
  scenarios: Scenario[];
  /** The present of the world; its own by default, shared where several sandboxes show the same world. */
  world?: WorldClock;
};

/** The simulated SigNoz; faults go by path, for example `/api/v5/query_range`. */
export type SignozSandbox = FaultPlan & {
  url: string;
  /** Bodies of the query_range calls so far. */
  queries: unknown[];
  /** Adds a warning to every answer, null takes it back. */
  setWarning(message: string | null): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

type Answer = (request: SandboxRequest) => SandboxAnswer;

const success = (data: unknown) => jsonAnswer(200, { status: 'success', data });

function query(world: TelemetryWorld, body: Buffer, warning: string | null): SandboxAnswer {
  const { start, end, requestType, queries } = readQueryRequest(body);
  const results = queries.map((spec) => {
    if ('query' in spec) return answerPromql(world, spec, start, end);
    if (requestType === 'raw' && spec.signal !== 'metrics') return answerRaw(world, spec, start, end);
    if (requestType === 'time_series' && spec.signal === 'metrics') return answerTimeSeries(world, spec, start, end);
    if (requestType === 'time_series' && spec.signal === 'traces') return answerSpanSeries(world, spec, start, end);
    throw new SignozRefusal('invalid_input', `request type ${requestType} over ${spec.signal} is not simulated`);
  });
  const meta = { rowsScanned: 1000, bytesScanned: 64_000, durationMs: 3 };
  const warned = warning === null ? {} : { warning: { message: warning, url: '', warnings: [{ message: warning }] } };
  return success({ type: requestType, data: { results }, meta, ...warned });
}

/** POST /api/v2/services: one row per service that has spans in the range (nanoseconds as text). */
function services(world: TelemetryWorld, body: Buffer): SandboxAnswer {
  const { start, end } = JSON.parse(body.toString('utf8')) as { start: string; end: string };
  const spans = world.spans.filter(({ at }) => at * 1e6 >= Number(start) && at * 1e6 < Number(end));
  const names = [...new Set(spans.map(({ service }) => service))].sort();
  const rowOf = (serviceName: string) => {
    const own = spans.filter(({ service }) => service === serviceName);
    const durations = own.map(({ durationMs }) => durationMs * 1e6).sort((a, b) => a - b);
    const numErrors = own.filter(({ error }) => error).length;
    return {
      serviceName,
      p99: durations[Math.ceil(durations.length * 0.99) - 1],
      avgDuration: durations.reduce((total, one) => total + one, 0) / durations.length,
      numCalls: own.length,
      callRate: own.length / ((Number(end) - Number(start)) / 1e9),
      numErrors,
      errorRate: (100 * numErrors) / own.length,
    };
  };
  return success(names.map(rowOf));
}

function refusal(fault: RefusalFault): SandboxAnswer {
  switch (fault.kind) {
    case 'error':
      return jsonAnswer(400, signozErrorBody(fault.error, fault.error));
    case 'status':
      return fault.body === undefined
        ? jsonAnswer(fault.status, signozErrorBody('internal', 'something went wrong'))
        : { status: fault.status, headers: { 'content-type': 'text/html' }, body: fault.body };
    case 'rate_limited': {
      const body = signozErrorBody('too_many_requests', 'too many requests', [], fault.retryAfterSeconds * 1e9);
      return jsonAnswer(429, body, { 'retry-after': String(fault.retryAfterSeconds) });
    }
  }
}

/** Starts the simulated SigNoz on a free loopback port. */
export async function startSignozSandbox(options: SignozSandboxOptions): Promise<SignozSandbox> {
  const { apiKey, scenarios, world = createWorldClock(scenarios) } = options;
  const queries: unknown[] = [];
  let warning: string | null = null;
  const open: Record<string, Answer> = {
    'GET /api/v2/livez': () => success({ status: 'ok' }),
    'GET /api/v2/readyz': () => success({ healthy: true }),
    'GET /api/v2/healthz': () => success({ healthy: true }),
    'GET /api/v1/version': () => jsonAnswer(200, { version: 'v0.102.0', ee: 'N', setupCompleted: true }),
  };
  const guarded: Record<string, Answer> = {
    'POST /api/v5/query_range'({ body }) {
      const answer = query(world.read(), body, warning);
      queries.push(JSON.parse(body.toString('utf8')));
      return answer;
    },
    'POST /api/v2/services': ({ body }) => services(world.read(), body),
    // Of its older paths: the bare rows without the envelope.
    'POST /api/v1/dependency_graph': ({ body }) => jsonAnswer(200, dependencyGraph(world.read(), body)),
  };
  const handle = (request: SandboxRequest): SandboxAnswer => {
    const route = `${request.method} ${request.path}`;
    if (open[route]) return open[route](request);
    if (request.headers['signoz-api-key'] !== apiKey) throw new SignozRefusal('unauthenticated', 'unauthenticated');
    if (!guarded[route]) throw new SignozRefusal('not_found', `no such route: ${route}`);
    return guarded[route](request);
  };
  const server = await startSandboxHttpServer({
    operationOf: ({ path }) => path,
    handle(request) {
      try {
        return handle(request);
      } catch (error) {
        if (error instanceof SignozRefusal) return error.toAnswer();
        throw error;
      }
    },
    refuse: refusal,
  });
  const setWarning = (message: string | null) => {
    warning = message;
  };
  return { ...server, queries, setWarning };
}
