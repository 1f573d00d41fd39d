import type { KubernetesState, LogText, Pod } from './kubernetes-state.ts';
import { decisiveLine } from './logs/decisive-line.ts';
import { lineTime } from './logs/line-time.ts';
import { PASSING } from './logs/overcome.ts';
import { textAt } from './raw.ts';
import { ageSeconds } from './read/ages.ts';
import { sameNamespace } from './relations.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A trouble of the start that is as old (s) as this has been over for long. */
const OLD = HOUR;
/** Whoever starts before those he needs complains for at most so long (s). */
const START = 1800;
/** So many lines since then show that the program goes on. */
const ENOUGH = 2;
const MAX_LINES = 2000;

/**
 * True for a log in which a program only complains that it had to wait for somebody when it was started, or at some hour, long ago, and
 * whose pod is ready and has gone on since without a complaint: the age of the pod, or a search of its whole log, and the times of the
 * lines tell so. Where nothing tells whether the pod is ready, its later lines beside such a search show that it runs.
 */
export function isLongOver(state: KubernetesState, log: LogText): boolean {
  const pod = state.pods.find((one) => one.name === log.pod && sameNamespace(one.namespace, log.namespace));
  if (pod?.ready === false || log.previous || log.command) return false;
  const troubles = log.lines.slice(-MAX_LINES).flatMap((text) => {
    const line = decisiveLine([text]);
    return line ? [line] : [];
  });
  if (troubles.length === 0 || !troubles.every(({ kind }) => kind === null || PASSING.has(kind.name))) return false;
  if (!troubles.some(({ kind }) => kind !== null)) return false;
  const times = troubles.map(({ text }) => lineTime(text));
  const present = timesOf(state, log);
  const now = Math.max(...present);
  const latest = Math.max(...times.map((time) => time ?? Number.NaN));
  const age = (now - latest) / 1000;
  const later = present.filter((time) => time - latest >= OLD * 1000);
  // All lines of a kind that a search shows are all there are: hours without another one show as much as a start.
  return age >= OLD && later.length >= ENOUGH && (log.filter !== null || (pod?.ready === true && startsAt(pod, age)));
}

/** A trouble that did not last longer than this (ms). */
const SHORT_MS = 10 * 60_000;

/** True for a log that complains of nothing but of somebody who was away for a moment: what an alert that is over was about. */
export function isOfOneMoment(log: LogText): boolean {
  if (log.command) return false;
  const troubles = log.lines.slice(-MAX_LINES).flatMap((text) => decisiveLine([text]) ?? []);
  const times = troubles.map(({ text }) => lineTime(text) ?? Number.NaN);
  const passing = troubles.filter(({ kind }) => kind !== null);
  return (
    passing.length > 0 &&
    passing.every(({ kind }) => PASSING.has(kind?.name ?? '')) &&
    Math.max(...times) - Math.min(...times) <= SHORT_MS
  );
}

/** When the lines of a pod's present container were written, in all its logs. */
const timesOf = ({ logs }: KubernetesState, { pod, container, namespace }: LogText): number[] =>
  logs
    .filter(
      (log) =>
        log.pod === pod &&
        sameNamespace(log.namespace, namespace) &&
        !log.previous &&
        !log.command &&
        (log.container === null || container === null || log.container === container),
    )
    .flatMap(({ lines }) => lines.slice(-MAX_LINES).flatMap((line) => lineTime(line) ?? []));

/** True where a pod was started (or its container anew) so long ago (s); kubectl rounds ages to hours and days. */
function startsAt(pod: Pod, ago: number): boolean {
  const start = pod.restartedAgo ?? ageSeconds(textAt(pod.raw, 'metadata', 'age') ?? '');
  if (start === null) return false;
  const rounded = start >= 8 * DAY ? DAY : start >= 10 * HOUR ? HOUR : 600;
  return Math.abs(start - ago) <= rounded + START;
}
