import { componentKey } from '../telemetry/component.ts';
import type { Span, Trace } from '../telemetry/read-spans.ts';

/**
 * Where the time of requests went: at every moment a request is with the span that started last among those that are open.
 * That is the callee rather than the caller that waits for it; and when the caller's client span is open while the callee's
 * span has not begun or has ended, the time is spent between the two.
 */
export type TimeSpent = {
  /** Milliseconds per span of an operation of a component, by `workKey`. */
  work: Map<string, number[]>;
  /** Milliseconds per call between two instances, by `callKey`. */
  between: Map<string, number[]>;
  requests: number;
  /** The requests that passed a component, and the milliseconds that they took as a whole, by `componentKey`. */
  passed: Map<string, { requests: number; ms: number }>;
};

const SEPARATOR = '\u0001';

export const workKey = ({ component, operation }: Span) => `${componentKey(component)}${SEPARATOR}${operation}`;
export const callKey = (caller: string, callee: string) => `${caller}${SEPARATOR}${callee}`;
export const partsOfKey = (key: string): [string, string] => {
  const [left = '', right = ''] = key.split(SEPARATOR);
  return [left, right];
};

export function timeSpent(traces: Trace[]): TimeSpent {
  const spent: TimeSpent = { work: new Map(), between: new Map(), requests: traces.length, passed: new Map() };
  for (const trace of traces) addTrace(spent, trace);
  return spent;
}

function addTrace(spent: TimeSpent, trace: Trace): void {
  const own = ownTimes(trace);
  const callees = remoteCallees(trace);
  const ms = own.reduce((sum, time) => sum + time, 0);
  for (const key of new Set(trace.map(({ component }) => componentKey(component)))) {
    const known = spent.passed.get(key) ?? { requests: 0, ms: 0 };
    spent.passed.set(key, { requests: known.requests + 1, ms: known.ms + ms });
  }
  trace.forEach((span, index) => {
    const callee = callees.get(span);
    if (callee === undefined) push(spent.work, workKey(span), own[index]!);
    else push(spent.between, callKey(componentKey(span.component), callee), own[index]!);
  });
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/**
 * The one other service that a span calls directly (a client span); spans that call several are work like any other, and so is the
 * first of a request, which nobody is known to have called and which does its own work, whomever it calls.
 */
function remoteCallees(trace: Trace): Map<Span, string> {
  const byId = new Map(trace.map((span) => [span.id, span]));
  const callees = new Map<Span, Set<string>>();
  for (const span of trace) {
    const parent = span.parent === null ? undefined : byId.get(span.parent);
    if (!parent || parent === span || parent.parent === null) continue;
    const remote = parent.component.service === span.component.service ? '' : componentKey(span.component);
    callees.set(parent, (callees.get(parent) ?? new Set()).add(remote));
  }
  const single = [...callees].flatMap(([span, keys]): [Span, string][] => {
    const [key] = keys;
    return keys.size === 1 && key ? [[span, key]] : [];
  });
  return new Map(single);
}

/** For each span of a trace (which is ordered by start) the time in which it was the last one started that was still open. */
function ownTimes(trace: Trace): number[] {
  const own = trace.map(() => 0);
  const open: number[] = [];
  let now = trace[0]?.start ?? 0;
  const passTo = (time: number) => {
    for (let top = open.at(-1); top !== undefined && now < time; top = open.at(-1)) {
      const end = trace[top]!.end;
      own[top]! += Math.max(0, Math.min(time, end) - now);
      now = Math.max(now, Math.min(time, end));
      if (end <= time) open.pop();
    }
    now = Math.max(now, time);
  };
  trace.forEach((span, index) => {
    passTo(span.start);
    open.push(index);
  });
  passTo(Number.POSITIVE_INFINITY);
  return own;
}
