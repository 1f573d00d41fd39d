import type { FailureKind } from './failure-kind.ts';
import { INFORMS } from './failure-words.ts';
import { lineTime } from './line-time.ts';
import { isPulledLater } from './pulled-images.ts';
import { isServed } from './served.ts';

/** What a program writes when a trouble of before is over. */
const OVER =
  /\b(?:attempt|retry|try) #?\d+ (?:succeeded|ok)\b|\bsucceeded (?:after|on) (?:attempt|retry|\d)|retry succeeded|reconnected|connection (?:was )?(?:re-?established|restored|recovered)|\brecovered\b|back to normal|caught up with|ready (?:to accept|for) connections|DB loaded from disk|\b(?:is|are) (?:now )?(?:up|reachable|available|ready)\b(?! to\b)|^\s*;; ANSWER SECTION|successfully (?:re)?connected|\b(?:db|database|postgres\w*|mysql|redis|mongo\w*|broker)\b[^\n]{0,20}\bconnected\b/i;

/** Who only waits for somebody else may say so as often as he likes. */
const WAITS = /\bwait(?:ing|s|ed)?\b|\bretry(?:ing)?\b|\bsleep(?:ing)?\b/i;

/** Troubles that may pass by themselves. */
export const PASSING: ReadonlySet<string> = new Set([
  'timeout',
  'connection-refused',
  'connection-lost',
  'service-unavailable',
  'database-unreachable',
  'name-resolution',
  'store-busy',
  'no-primary',
  'broker-unreachable',
  'callee-error',
]);

/** Errors that tell of one request each: after long and good service none of them stands for how things are now. */
const FADING: ReadonlySet<string> = new Set([...PASSING, 'server-error', 'connection-limit', 'lock', 'rate-limit']);

/** Fewer complaints than this count before a word of success; what comes again and again is not over. */
const FEW = 4;

type Candidate = { index: number; kind: FailureKind | null; level: number };

/** Leaves out the passing troubles of a log after which it says that they are over, or goes on serving for long. */
export function withoutOvercome<C extends Candidate>(lines: readonly string[], candidates: C[]): C[] {
  const fading = candidates.filter(({ kind }) => kind === null || FADING.has(kind.name));
  const latest = fading.at(-1);
  if (latest && servesAgain(lines, latest.index, candidates))
    return candidates.filter((candidate) => !fading.includes(candidate));
  const entered = candidates.filter(
    (one) => (one.kind?.name === 'credentials' && comesIn(lines, one.index)) || isPulledLater(lines, one.index),
  );
  if (entered.length > 0)
    return withoutOvercome(
      lines,
      candidates.filter((one) => !entered.includes(one)),
    );
  const passing = candidates.filter((one) => PASSING.has(one.kind?.name ?? '') || movesOn(lines, one));
  const last = passing.at(-1);
  if (latest && onlyOnce(lines, latest.index, candidates)) return [];
  if (!last || !(saysOver(lines, passing) || retriedWell(lines, passing, candidates))) return candidates;
  const kept = candidates.filter((candidate) => !passing.includes(candidate));
  // What a program cries while it cannot reach somebody goes with it.
  return kept.filter(({ index, kind }) => kind !== null || index > last.index);
}

/** How stores write whom they let in. */
const LET_IN = /successfully authenticated|connection authorized|authentication succeeded/i;
const USER = /"?\buser(?:name)?"?["=: ]{1,3}"?([\w.@-]+)/i;

/** True for a login that was refused to somebody whom the store let in afterwards: he had mistyped. */
function comesIn(lines: readonly string[], index: number): boolean {
  const user = USER.exec(lines[index]?.slice(0, 1500) ?? '')?.[1];
  return (
    user !== undefined &&
    lines.slice(index + 1).some((line) => LET_IN.test(line) && USER.exec(line.slice(0, 1500))?.[1] === user)
  );
}

/** A client that met the former primary while another one was elected. */
const movesOn = (lines: readonly string[], { kind, index }: Candidate): boolean =>
  kind?.name === 'read-only-database' && /not ?primary|NotWritable|READONLY You/i.test(lines[index] ?? '');

function saysOver(lines: readonly string[], passing: Candidate[]): boolean {
  if (passing.length > FEW && !passing.every(({ index }) => WAITS.test(lines[index] ?? ''))) return false;
  const over = lines.findLastIndex((line) => OVER.test(line.slice(0, 1500)));
  return over !== -1 && passing.every(({ index }) => index <= over);
}

/** So many requests, over so long a time in ms, show that what failed before works again. */
const ENOUGH = 3;
const LONG = 15 * 60_000;

/** True where nothing worse was said after a trouble, and requests were answered well long after it. */
function servesAgain(lines: readonly string[], from: number, candidates: Candidate[]): boolean {
  const began = lineTime(lines[from] ?? '') ?? timeBefore(lines, from);
  if (began === null || candidates.some(({ index, level }) => index > from && level >= 0.6)) return false;
  const served = lines.slice(from + 1).filter(isServed);
  const late = served.filter((line) => (lineTime(line) ?? began) - began >= LONG);
  return served.length >= ENOUGH && late.length > 0;
}

/** True for the only complaint of a log, about one request, after which so many others were answered well. */
const onlyOnce = (lines: readonly string[], index: number, candidates: Candidate[]): boolean =>
  candidates.length === 1 &&
  FADING.has(candidates[0]?.kind?.name ?? '') &&
  lines.slice(index + 1).filter(isServed).length >= ENOUGH;

/** What a program writes of a call that it makes once more. */
const RETRIES = /\bretr(?:y(?:ing)?|ied)\b|\battempts?\b["=: #]{1,4}\d|\btry #?\d/i;

/** What was done again already. */
const RETRIED = /\bretried\b/i;

/** True for one or two calls that were made once more, without an error, after which requests were answered well. */
function retriedWell(lines: readonly string[], passing: Candidate[], candidates: Candidate[]): boolean {
  const from = passing.at(-1)?.index ?? 0;
  const once =
    passing.length <= 2 &&
    passing.every(
      ({ index, level }) => RETRIED.test(lines[index] ?? '') || (level <= 0.6 && RETRIES.test(lines[index] ?? '')),
    );
  if (!once || candidates.some((one) => one.level >= 0.6 && !passing.includes(one))) return false;
  const later = lines.slice(from + 1);
  return (
    later.filter(isServed).length >= ENOUGH || later.filter((line) => INFORMS.test(line.slice(0, 120))).length >= ENOUGH
  );
}

/** The time of the nearest line above that tells one: traces have none of their own. */
function timeBefore(lines: readonly string[], index: number): number | null {
  for (let at = index; at >= Math.max(0, index - 40); at--) {
    const time = lineTime(lines[at] ?? '');
    if (time !== null) return time;
  }
  return null;
}
