import { logAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name } from '../quote.ts';

/** A call in the log of the caller, or work in the log of who did it. */
type Timed = { owner: string; callee: string | null; ms: number; line: string; log: LogText };

/** Slower than this is slow, and only where it is this many times as slow as what it is compared with. */
const SLOW_MS = 300;
const TIMES = 5;
const ENOUGH = 3;
const MAX_LINES = 4000;

/**
 * Finds a callee whose callers wait for it much longer than for others, and much longer than it says itself that it works:
 * then the time is lost between them, in the network; where the callee's own log is slow too, it is the callee's work.
 */
export const callLatency: Analyzer = (context) => {
  const book = nameBook(context.state);
  const timed = context.state.logs.flatMap((log) => timedLines(log, book));
  const calls = timed.filter(({ callee }) => callee !== null);
  const slow = [...Map.groupBy(calls, ({ callee }) => callee ?? '')].flatMap(([callee, own]) =>
    judge(callee, own, calls, timed),
  );
  const callees = new Set(slow.map(({ callee }) => callee));
  // Who waits for a slow callee is slow for its callers, too: the deepest one is the suspect.
  const deepest = slow.filter(
    ({ callee }) => !slow.some((other) => other.callers.has(callee) && callees.has(other.callee)),
  );
  return deepest.slice(0, 2).map(toDiagnosis);
};

const DURATION =
  /\b(?:duration|took|elapsed|latency|time|rt|response_?time|upstream_?(?:response_)?time|handled in|in|after|took_ms|duration_ms|latency_ms|elapsed_ms|ms)["']?\s?[=:]?\s?["']?(\d+(?:\.\d+)?)\s?(ms|milliseconds|s\b|sec|seconds|µs|us)?/gi;

/** Envoy: bytes in, bytes out, duration and the time of the upstream in ms. */
const ENVOY = /" \d{3} \S+ (?:\S+ \S+ (?:"[^"]*" )?)?\d+ \d+ (\d+) (?:\d+|-) "/;
/** nginx tells seconds without a unit. */
const NGINX = /\b(?:request_time|upstream_response_time|urt|uht|rt)["']?[=: ]{1,3}"?(\d+\.\d{3})\b/g;

/** The longest duration that a line tells, in ms; null where it tells none. */
function durationIn(line: string): number | null {
  const found = [...line.slice(0, 800).matchAll(DURATION)].flatMap((match) => {
    const value = Number(match[1]);
    const unit = match[2] ?? (/ms["']?\s?[=:]/.test(match[0]) ? 'ms' : null);
    if (unit === null) return [];
    return [unit.startsWith('s') ? value * 1000 : /µs|us/.test(unit) ? value / 1000 : value];
  });
  const proxied = [
    ...(ENVOY.exec(line.slice(0, 800))?.slice(1, 2).map(Number) ?? []),
    ...[...line.slice(0, 800).matchAll(NGINX)].map(([, seconds]) => Number(seconds) * 1000),
  ];
  const all = [...found, ...proxied];
  return all.length > 0 ? Math.max(...all) : null;
}

function timedLines(log: LogText, book: ReturnType<typeof nameBook>): Timed[] {
  const owner = writerOf(log);
  if (owner === '' || log.command) return [];
  return log.lines.slice(-MAX_LINES).flatMap((line) => {
    const ms = durationIn(line);
    if (ms === null) return [];
    const callee = namedIn(line, book).find((one) => one.toLowerCase() !== owner.toLowerCase()) ?? null;
    return [{ owner, callee, ms, line, log }];
  });
}

type Slow = { callee: string; callers: Set<string>; median: number; own: number | null; calls: Timed[] };

function judge(callee: string, own: Timed[], calls: Timed[], timed: Timed[]): Slow[] {
  const slow = own.filter(({ ms }) => ms >= SLOW_MS);
  if (slow.length < 2 || slow.length < own.length / 2) return [];
  const median = medianOf(slow);
  const others = calls.filter((one) => one.callee !== callee);
  const work = timed.filter((one) => one.owner.toLowerCase() === callee.toLowerCase() && one.callee === null);
  const compared = others.length >= ENOUGH ? medianOf(others) : null;
  const worked = work.length > 0 ? medianOf(work) : null;
  // Two calls are enough where both are slow and the callee tells how fast it was.
  if (slow.length < ENOUGH && (worked === null || slow.length < own.length)) return [];
  if (compared !== null ? median < TIMES * compared : worked === null || median < TIMES * worked) return [];
  return [{ callee, callers: new Set(own.map(({ owner }) => owner)), median, own: worked, calls: slow }];
}

const medianOf = (timed: Timed[]): number =>
  timed.map(({ ms }) => ms).toSorted((left, right) => left - right)[Math.floor(timed.length / 2)] ?? 0;

function toDiagnosis({ callee, callers, median, own, calls }: Slow): Diagnosis {
  const fast = own !== null && median >= TIMES * own;
  const [first] = calls;
  const who = [...callers].slice(0, 3).map(name).join(', ');
  const waits = shown(calls.find(({ ms }) => ms === median) ?? first!);
  const why = fast
    ? `while the log of ${name(callee)} itself shows quick answers, so the time is lost in the network between them (network delay, latency)`
    : 'much longer than for its other calls, so this callee or the network to it is slow (latency)';
  return diagnosis({
    kind: 'call-latency',
    class: fast || own === null ? 'network' : 'application',
    statement: `${who} wait${callers.size === 1 ? 's' : ''} long for ${name(callee)} (${waits}), ${why}`,
    component: callee,
    namespace: first?.log.namespace ?? null,
    touches: [callee, ...callers],
    confidence: fast ? 0.76 : 0.62,
    depth: fast ? DEPTH.root : DEPTH.service,
    evidence: calls.map(({ log }) => log.evidence),
    actions: first?.log.pod ? logAction(first.log.pod, first.log.namespace, first.log.container, false) : [],
    prevention: ['Trace calls on both sides, so that time in the network is told from time at work.'],
  });
}

/** The duration as the line tells it. */
function shown({ line }: Timed): string {
  const match = [...line.slice(0, 800).matchAll(DURATION)].at(-1);
  const proxied = ENVOY.exec(line.slice(0, 800))?.[1];
  return match ? `${match[1]}${match[2] ?? ' ms'}` : proxied ? `${proxied} ms` : 'slow';
}
