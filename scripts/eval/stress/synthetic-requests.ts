import { between, factor, oneOf, type Random } from './random.ts';
import type { Call, Operation, Pod, System } from './synthetic-system.ts';

/** `slow` is code of one operation that waits: for a lock, a timer, somebody outside. */
export const FAULTS = ['cpu', 'memory', 'delay', 'loss', 'exception', 'return', 'down', 'slow'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What is wrong with one pod. */
export type Fault = {
  kind: FaultKind;
  pod: Pod;
  /** How many times slower own work is, or how many milliseconds a way or an operation takes longer. */
  factor: number;
  delayMs: number;
  /** The operation that is slow or breaks off; of the latter how many of its calls it still makes. */
  operation: Operation;
  callsMade: number;
};

export type SpanRow = {
  at: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  service: string;
  pod: string;
  name: string;
  durationMs: number;
};
export type LogRow = { at: number; traceId: string; service: string; pod: string; body: string };
export type Requests = {
  spans: SpanRow[];
  logs: LogRow[];
  total: number;
  failed: number;
  callsOf: Map<string, number>;
  failuresOf: Map<string, number>;
  /** How many runs of an operation, or ways between two pods, went otherwise because of the fault. */
  touched: number;
};

const WAY_MS = 0.6;

/** Plays the requests of some seconds (times in epoch ms), with the fault if there is one. */
export function playRequests(
  random: Random,
  system: System,
  time: { from: number; seconds: number; name: string },
  fault: Fault | null,
): Requests {
  const played: Requests = {
    spans: [],
    logs: [],
    total: 0,
    failed: 0,
    callsOf: new Map(),
    failuresOf: new Map(),
    touched: 0,
  };
  const count = Math.max(3, Math.round(system.requestsPerSecond * time.seconds));
  for (let index = 0; index < count; index++) {
    const request = { random, fault, played, traceId: `${time.name}${index}`, next: 0 };
    const operation = oneOf(random, system.entry.operations);
    const pod = oneOf(random, system.entry.pods);
    const { failed } = serve(request, pod, operation, null, time.from + between(random, 0, time.seconds * 1000));
    played.total++;
    if (failed) played.failed++;
  }
  return played;
}

type Request = { random: Random; fault: Fault | null; played: Requests; traceId: string; next: number };
type Served = { end: number; failed: boolean };

/** A pod serves a call that reaches it at `at`: its span, its steps, its calls and its lines. */
function serve(request: Request, pod: Pod, operation: Operation, parent: string | null, at: number): Served {
  const { random, fault, played } = request;
  const span = open(request, pod, `/${pod.service.name}/${operation.name}`, parent, at);
  const own = fault?.pod === pod ? fault : null;
  const slow = own && (own.kind === 'cpu' || own.kind === 'memory') ? own.factor * factor(random, 0.3) : 1;
  const part = (operation.ownMs * slow * factor(random, 0.35)) / (operation.calls.length + operation.steps + 1);
  const breaks = own?.operation === operation && (own.kind === 'exception' || own.kind === 'return');
  const waits = own?.operation === operation && own.kind === 'slow';
  if (breaks || waits || slow !== 1) played.touched++;
  countFor(pod, played.callsOf);
  log(request, pod, operation, at, `INFO ${operation.name} begin id=${Math.floor(random() * 1e6)}`);
  let now = at + part + (waits ? own.delayMs * factor(random, 0.3) : 0);
  let failed = false;
  for (let step = 0; step < operation.steps; step++) {
    const inner = open(request, pod, `${operation.name}.step${step}`, span.spanId, now);
    now += part;
    inner.durationMs = now - inner.at;
  }
  for (const [index, one] of operation.calls.entries()) {
    if (breaks && index >= own.callsMade) break;
    if (random() > one.share) continue;
    const called = callOut(request, pod, one, span.spanId, now);
    now = called.end + part;
    log(
      request,
      pod,
      operation,
      now,
      `INFO ${operation.name} got answer ${index} of ${one.callee.name} n=${Math.floor(random() * 99)}`,
    );
    if (called.failed) {
      failed = true;
      log(request, pod, operation, now, `ERROR ${operation.name} call to ${one.callee.name} failed status=500`);
      break;
    }
  }
  if (breaks && own.kind === 'exception') {
    failed = true;
    log(
      request,
      pod,
      operation,
      now,
      `ERROR ${operation.name} java.lang.IllegalStateException: bad state ${Math.floor(random() * 99)}`,
    );
  }
  if (!failed && !breaks) log(request, pod, operation, now, `INFO ${operation.name} done`);
  if (failed) countFor(pod, played.failuresOf);
  span.durationMs = now - at;
  return { end: now, failed };
}

const countFor = ({ service }: Pod, counts: Map<string, number>) =>
  counts.set(service.name, (counts.get(service.name) ?? 0) + 1);

function callOut(request: Request, from: Pod, { callee, operation }: Call, parent: string, at: number): Served {
  const { random, fault } = request;
  const client = open(request, from, `call ${callee.name}/${operation.name}`, parent, at);
  const pod = oneOf(random, callee.pods);
  let delayed = 0;
  const way = () => {
    const delay = delayOn(random, fault, from, pod);
    if (delay > 0) delayed = 1;
    return WAY_MS * factor(random, 0.5) + delay;
  };
  if (fault?.kind === 'down' && fault.pod === pod) {
    request.played.touched++;
    client.durationMs = way() + between(random, 1, 50);
    return { end: at + client.durationMs, failed: true };
  }
  const served = serve(request, pod, operation, client.spanId, at + way());
  const end = served.end + way();
  request.played.touched += delayed;
  client.durationMs = end - at;
  return { end, failed: served.failed };
}

function delayOn(random: Random, fault: Fault | null, from: Pod, to: Pod): number {
  if (!fault || (fault.pod !== from && fault.pod !== to)) return 0;
  if (fault.kind === 'delay') return (fault.delayMs / 2) * factor(random, 0.1);
  if (fault.kind === 'loss') return random() < 0.2 ? fault.delayMs * factor(random, 0.6) : 0;
  return fault.kind === 'cpu' ? WAY_MS * (fault.factor - 1) * random() : 0;
}

function open(request: Request, pod: Pod, name: string, parent: string | null, at: number): SpanRow {
  const spanId = `${request.traceId}-${request.next++}`;
  const { service, name: instance } = pod;
  const row = {
    at,
    traceId: request.traceId,
    spanId,
    parentSpanId: parent,
    service: service.name,
    pod: instance,
    name,
    durationMs: 0,
  };
  request.played.spans.push(row);
  return row;
}

function log(request: Request, pod: Pod, operation: Operation, at: number, body: string): void {
  if (!operation.logs && !body.startsWith('ERROR')) return;
  request.played.logs.push({ at, traceId: request.traceId, service: pod.service.name, pod: pod.name, body });
}
