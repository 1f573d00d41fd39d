import type { DetectorInput } from '../detectors/detector.ts';
import { median } from '../localisation/statistics/robust.ts';
import { serviceRole } from '../localisation/telemetry/service-role.ts';
import { diagnose } from './diagnose.ts';
import { healthyState } from './healthy-state.ts';
import type { KubernetesState, LogText } from './kubernetes-state.ts';
import { lineTime } from './logs/line-time.ts';
import { saidBy } from './logs/pod-log.ts';
import { isWork, longestMs } from './logs/served.ts';
import { isLongOver } from './long-over.ts';
import { writerOf } from './mentions.ts';
import { endsAbove } from './printed-times.ts';
import { name } from './quote.ts';
import { workloadName } from './relations.ts';
import { subjectPods } from './subjects.ts';

/** Alerts about what users or readers of logs see; disks, certificates, backups and the like show elsewhere. */
const SEEN_IN_LOGS =
  /\b(?:errors?|fail\w*|[45]\d\ds?|time[sd]? ?out|timeouts?|unavailable|warn\w*|logged|anomal\w+|not (?:load|open|work|respond|answer)\w*|retr(?:y|ies)|resolved)\b|error_?rat(?:e|io)|5xx/i;
/** Alerts about how long something takes, or about what would make it take longer. */
const SEEN_IN_TIMES =
  /slow|latenc|p9\d|respons\w* time|throttl|\bcpu|\b(?:high|over) ?load|\bload (?:average|is|of)\b/i;
const NOT_HERE =
  /\b(?:disk|volume|storage|certificat|backup|replication|lag\b|queue|consumer|memory|oom|cost|security|login|password)/i;

/** Of a short log at least so many lines are looked at. */
const MOST_RECENT = 3;

/** So many lines of work show that a program serves. */
const ENOUGH = 2;
/** Half of its work takes less than this (ms), none of it longer than the second. */
const FAST = { median: 300, most: 1000 } as const;

/**
 * What shows that the programs of an alert about errors or slowness serve well: their own logs, read whole, tell of work well done and
 * of no complaint, and the state of the cluster raises no doubt. Null where that is not shown.
 */
export function servedWell(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const { text } = diagnose(input).context;
  const times = SEEN_IN_TIMES.test(text);
  return NOT_HERE.test(text) || !(times || SEEN_IN_LOGS.test(text)) ? null : worksOn(input, times);
}

/**
 * What shows that the programs of an alert work, whatever it is about: their logs, to the end, without a complaint, and in a short time where
 * that is the question. Where the alert names none, the entrances tell what users see, if nobody else complains.
 */
export function worksOn(input: DetectorInput, times: boolean): { statement: string; evidence: number[] } | null {
  const { context, subjects } = diagnose(input);
  const { state } = context;
  const well = healthyState(input);
  if (!well) return null;
  const writers = new Set(subjectPods(state, subjects).map(workloadName));
  const logs = state.logs.filter(
    (log) =>
      !log.command && !log.filter && (writers.has(writerOf(log)) || subjects.names.has(writerOf(log).toLowerCase())),
  );
  const telling = subjects.names.size > 0 ? logs : logs.filter((log) => serviceRole(writerOf(log)) === 'entrance');
  const work = inOrder(telling.flatMap(({ lines }) => lines.filter(isWork)));
  if (
    work.length < ENOUGH ||
    complains(logs.filter((log) => !isLongOver(state, log))) ||
    (times && !(isFast(work) && staysFast(state)))
  )
    return null;
  const owner = writerOf(telling[0] as LogText);
  return {
    statement: `${well.statement}; the log of ${name(owner)} tells of work well done${times ? ' in a short time' : ''}, to its end`,
    evidence: [...new Set([...well.evidence, ...logs.map(({ evidence }) => evidence)])],
  };
}

/** The lines of several pages of a log as they were written, where all of them tell when that was. */
function inOrder(lines: string[]): string[] {
  const timed = lines.map((line) => ({ line, at: lineTime(line) ?? Number.NaN }));
  return timed.some(({ at }) => Number.isNaN(at))
    ? lines
    : timed.toSorted((left, right) => left.at - right.at).map(({ line }) => line);
}

function complains(logs: LogText[]): boolean {
  const said = saidBy(logs);
  return said !== null && !said.line.past;
}

/** Some fast lines show nothing where a quantile of all requests is slow at the end of its course. */
const staysFast = ({ series }: KubernetesState): boolean => !series.some((one) => endsAbove(one, FAST.most / 1000));

function isFast(work: string[]): boolean {
  // What was slow and is fast again is over.
  const spans = work.slice(-Math.max(MOST_RECENT, Math.ceil(work.length / 2))).flatMap((line) => longestMs(line) ?? []);
  return spans.length >= ENOUGH && median(spans) <= FAST.median && Math.max(...spans) <= FAST.most;
}
