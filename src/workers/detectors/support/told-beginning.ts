import { metricShifts } from '../../changes/metric-shifts.ts';
import { suspectChange } from '../../changes/suspect-change.ts';
import { ownLimits } from '../../localisation/own-limits.ts';
import type { Suspect } from '../../localisation/suspect.ts';
import { plain } from '../../localisation/symptoms/metric-changes.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import { machineTrouble } from './machine-words.ts';
import { sameName } from './names.ts';
import { withRoughTimes } from './rough-time.ts';

/** Why the trouble is held to have begun at a suspect: sentences, what they were read from, and whether its hardware fails. */
export type ToldBeginning = { sentences: string; evidence: number[]; isHardware: boolean };

/** What a suspect says plainly of itself, then the metric or line that explains most, then others that tell something else. */
export function toldBeginning(suspect: Suspect, input: DetectorInput): ToldBeginning {
  const { service, instance, reasons } = suspect;
  const machine = machineTrouble(input, [service, ...(instance ? [instance] : [])]);
  const limited = machine ? undefined : ownLimits(input).get(service);
  const [main, beside] = inOrder(reasons);
  const sentences = [
    machine ? `${sentence(`${machine.what}, as its own log says`).slice(0, -1)}: "${machine.said}".` : '',
    limited ? `It ${limited.limit.meaning}.` : '',
    reasonSentence(main),
    ...(isExplainedElsewhere(input) ? [] : besides(main, asMeasured(beside, service, input))),
  ];
  const said = limited?.lines[0]?.evidence;
  return {
    sentences: sentences.filter(Boolean).join(' '),
    evidence: [...(machine ? [machine.evidence] : []), ...(said === undefined ? [] : [said])],
    isHardware: machine !== null,
  };
}

/** A reason as a sentence of its own. */
export const reasonSentence = (reason = ''): string =>
  sentence(RECKONED.test(reason) ? withRoughTimes(reason) : reason);

/** Times between spans and a caller's own time are reckoned: no evidence holds their numbers. */
const RECKONED = /itself spends|between the two/;

const sentence = (told: string): string => (told === '' ? '' : `${told[0]!.toUpperCase()}${told.slice(1)}.`);

/** A change or a circumstance that is told beside is worth more than further metrics. */
const isExplainedElsewhere = (input: DetectorInput): boolean => {
  const verdict = suspectChange(input);
  return Boolean(verdict?.culprit ?? verdict?.operational);
};

/** `metric of component rose from 1 to 2 (medians)`, as symptoms of metrics are told. */
const OF_METRIC = /^(\S+) of \S+ (?:rose|fell|went) from (\S+) .*?\bto (\S+) \(medians\)/;
const metricIn = (reason: string): string | null => OF_METRIC.exec(reason)?.[1] ?? null;

/** What only says that something waits, and what says for what. */
const SUMS_UP = /\b(?:io ?wait|load ?(?:avg|average|1|5|15)|pressure|psi)\b/;
const SAYS_WHY =
  /\b(?:disks?|volumes?|storage|io|read|reads|writes?|fsync|sectors?|nvme|smart|ecc|crc|retrans\w*|drops?|dropped)\b.*\b(?:latency|duration|time|ms|seconds|await|reallocated|pending|errors?|failures?|total)\b/;

/** The reasons with what explains before what only sums up. */
function inOrder(reasons: string[]): [string | undefined, string[]] {
  const [first, ...others] = reasons;
  const isSum = first !== undefined && SUMS_UP.test(wordsOf(metricIn(first) ?? ''));
  const why = isSum ? others.find((reason) => SAYS_WHY.test(wordsOf(metricIn(reason) ?? ''))) : undefined;
  return why === undefined ? [first, others] : [why, reasons.filter((reason) => reason !== why)];
}

/** The reasons with the levels of counters as they were measured: their growth, by which they are compared, stands in no evidence. */
function asMeasured(reasons: string[], service: string, input: DetectorInput): string[] {
  return reasons.flatMap((reason) => {
    const metric = metricIn(reason);
    if (metric === null || !COUNTS.test(wordsOf(metric))) return reason;
    const shift = metricShifts(input).find((one) => one.metric === metric && sameName(one.service, service));
    return shift ? `${metric} of ${service} rose from ${plain(shift.before)} to ${plain(shift.since)} (medians)` : [];
  });
}
const COUNTS = /\b(?:total|count|sum|bucket)$/;

const MAX_BESIDE = 2;
/** A level that is so many times what it was is worth a word beside a stronger reason. */
const MANY_TIMES = 3;

/** Further metrics that moved far and tell something else than the main reason and each other. */
function besides(main: string | undefined, reasons: string[]): string[] {
  const told = new Set(main === undefined ? [] : [kindIn(main)]);
  const further = reasons.filter((reason) => {
    const kind = kindIn(reason);
    if (kind === null || told.has(kind) || !movedFar(reason)) return false;
    told.add(kind);
    return true;
  });
  return further
    .slice(0, MAX_BESIDE)
    .map((reason) => sentence(reason.replace(/, more than what it calls explains$/, '')));
}

/** What the metric of a reason measures; of those whose name tells nothing each is a kind of its own. */
function kindIn(reason: string): string | null {
  const metric = metricIn(reason);
  if (metric === null) return null;
  const kind = metricKind(metric);
  return kind === 'other' ? metric : kind;
}

function movedFar(reason: string): boolean {
  const [, , before, during] = OF_METRIC.exec(reason) ?? [];
  const [low, high] = [Number(before?.replace(/,$/, '')), Number(during)].sort((one, other) => one - other);
  return Number.isFinite(low) && Number.isFinite(high) && high! >= MANY_TIMES * low!;
}
