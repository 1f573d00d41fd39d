import { log, span, type Where } from '../telemetry-rows.ts';
import type { LogRow, SpanRow } from '../telemetry-world.ts';
import type { ShopFault } from './fault.ts';
import { longTail, randomId } from './random.ts';
import { NAMESPACE, type Operation, shopService } from './services.ts';

export type RequestDeps = {
  random: () => number;
  podsOf(service: string, at: number): string[];
  /** The fault while it is there, null before. */
  faultAt(at: number): ShopFault | null;
};

export type SimulatedRequest = { spans: SpanRow[]; logs: LogRow[] };

type Trace = RequestDeps & SimulatedRequest & { traceId: string; logged: boolean };
type Served = { end: number; failed: boolean };

/** One user's request with everything that it causes, as the spans and log lines that the services send. */
export function simulateRequest(deps: RequestDeps, at: number, operation: string): SimulatedRequest {
  const logged = deps.random() < 0.34;
  const trace: Trace = { ...deps, spans: [], logs: [], traceId: randomId(deps.random, 32), logged };
  serve(trace, 'storefront', shopService('storefront').operations[operation]!, at, '');
  return { spans: trace.spans, logs: trace.logs };
}

/** The server's side of a call: own work, then each callee, then the rest of the work. */
function serve(trace: Trace, service: string, operation: Operation, start: number, parentSpanId: string): Served {
  const { random } = trace;
  const pods = trace.podsOf(service, start);
  const where: Where = { service, namespace: NAMESPACE, pod: pods[Math.floor(random() * pods.length)] };
  const spanId = randomId(random, 16);
  const work = ownWork(trace, service, operation, start);
  const own = failsItself(trace, service, start);
  let [now, failed] = [start + work * 0.6, own];
  if (!own) {
    for (const [callee, name] of operation.calls) {
      const called = call(trace, where, callee, name, now, spanId);
      now = called.end + 0.2;
      failed ||= called.failed;
      if (called.failed) break;
    }
  }
  const end = now + work * 0.4;
  addServerSpan(trace, where, operation, { start, end, spanId, parentSpanId, failed });
  addLines(trace, where, operation, { start, end, own, failed });
  return { end, failed };
}

/** The caller's side of a call, with the way there and back. */
function call(trace: Trace, caller: Where, callee: string, name: string, start: number, parent: string): Served {
  const { random } = trace;
  const delay = trace.faultAt(start)?.delayed;
  const added = delay?.caller === caller.service && delay.callee === callee ? longTail(random, delay.addedMs / 2) : 0;
  const [there, back] = [longTail(random, 0.4) + added, longTail(random, 0.4) + added];
  const spanId = randomId(random, 16);
  const served = serve(trace, callee, shopService(callee).operations[name]!, start + there, spanId);
  const end = served.end + back;
  const attributes = { 'server.address': `${callee}.${NAMESPACE}.svc.cluster.local`, 'rpc.method': name };
  const about = {
    traceId: trace.traceId,
    spanId,
    parentSpanId: parent,
    kind: 'Client',
    error: served.failed,
    attributes,
  };
  trace.spans.push(span(start, caller, { name: `${callee}/${name}`, durationMs: end - start, ...about }));
  return { end, failed: served.failed };
}

function ownWork({ random, faultAt }: Trace, service: string, { work }: Operation, at: number): number {
  const fault = faultAt(at);
  const times = fault?.starved?.service === service ? fault.starved.times : 1;
  const added = fault?.slow?.service === service ? longTail(random, fault.slow.addedMs) : 0;
  return longTail(random, work) * times + added;
}

function failsItself({ random, faultAt }: Trace, service: string, at: number): boolean {
  const failing = faultAt(at)?.failing;
  // Some failures are always there.
  return random() < (failing?.service === service ? failing.share : 0.0008);
}

type Outcome = { start: number; end: number; failed: boolean };

function addServerSpan(
  trace: Trace,
  where: Where,
  { name }: Operation,
  { start, end, spanId, parentSpanId, failed }: Outcome & { spanId: string; parentSpanId: string },
): void {
  const attributes = { 'http.response.status_code': failed ? '500' : '200' };
  const about = { traceId: trace.traceId, spanId, parentSpanId, kind: 'Server', error: failed, attributes };
  trace.spans.push(span(start, where, { name, durationMs: end - start, ...about }));
}

function addLines(
  trace: Trace,
  where: Where,
  { name, calls }: Operation,
  { start, end, own, failed }: Outcome & { own: boolean },
): void {
  const about = { trace_id: trace.traceId };
  if (trace.logged && !failed) {
    trace.logs.push(log(Math.round(end), where, 'INFO', `${name} done in ${Math.round(end - start)} ms`, about));
  }
  if (!failed) return;
  const failing = trace.faultAt(start)?.failing;
  const said = failing?.service === where.service ? failing.message : 'unexpected end of input';
  const callees = calls.map(([callee]) => callee).join(', ');
  const body = own ? `${name} failed: ${said}` : `${name} failed: a call to one of ${callees} answered with status 500`;
  trace.logs.push(log(Math.round(end), where, 'ERROR', body, about));
}
