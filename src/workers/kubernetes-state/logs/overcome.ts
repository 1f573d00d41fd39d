import type { FailureKind } from './failure-kind.ts';

/** What a program writes when a trouble of before is over. */
const OVER =
  /\b(?:attempt|retry|try) #?\d+ (?:succeeded|ok)\b|\bsucceeded (?:after|on) (?:attempt|retry|\d)|retry succeeded|reconnected|connection (?:was )?(?:re-?established|restored|recovered)|\brecovered\b|back to normal|caught up with/i;

/** Troubles that may pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'timeout',
  'connection-refused',
  'connection-lost',
  'service-unavailable',
  'database-unreachable',
  'name-resolution',
  'store-busy',
  'no-primary',
]);

/** Fewer complaints than this count before a word of success; what comes again and again is not over. */
const FEW = 4;

/** Leaves out the passing troubles of a log after which it says that they are over. */
export function withoutOvercome<C extends { index: number; kind: FailureKind | null }>(
  lines: readonly string[],
  candidates: C[],
): C[] {
  const over = lines.findLastIndex((line) => OVER.test(line.slice(0, 1500)));
  if (over === -1) return candidates;
  const passing = candidates.filter(({ kind }) => PASSING.has(kind?.name ?? ''));
  if (passing.length > FEW || passing.some(({ index }) => index > over)) return candidates;
  return candidates.filter((candidate) => !passing.includes(candidate));
}
