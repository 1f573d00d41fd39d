import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { diagnose } from './diagnose.ts';
import { workloadsAreIll } from './healthy-state.ts';
import type { PrintedSeries } from './kubernetes-state.ts';
import { name } from './quote.ts';

/** What an alert is about that is felt while it lasts, and not afterwards. */
const FELT =
  /\blatenc\w*|\bp(?:50|9\d|99\d?)\b|\bslow\w*|\bduration|response times?|\berrors? (?:rate|ratio|share)|\b5xx\b/i;
/** It goes on, or went on for long, by its own word. */
const LASTS =
  /\bfor (?:more than |over |the last |the past |at least )?\d+ ?(?:m|min|minutes?|h|hours?)\b|\b(?:still|since|ongoing|again and again|every (?:few )?(?:minutes?|hours?|day))\b/i;
/** So many points make a course, a peak takes so few of them, and so many lie behind it. */
const [COURSE, PEAK, SINCE] = [12, 3, 8];
/** A peak is so many times the usual level; what is back is at most so many times as high. */
const [HIGH, BACK] = [2, 1.5];

/**
 * What shows that an alert about a moment is over: what it is about left its level for a few points only and has been back since, everything
 * that was measured beside it is calm, and the workloads are well. Null where the alert tells that it lasts, or where it was not measured.
 */
export function passingPeak(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const text = alertText(input.alerts);
  if (!FELT.test(text) || LASTS.test(text)) return null;
  const { context, subjects, diagnoses } = diagnose(input);
  const courses = context.state.series.filter(({ points }) => points.length >= COURSE);
  const own = courses.filter(({ asked }) => [...subjects.names].some((one) => asked.toLowerCase().includes(one)));
  const peaks = own.map(peakOf);
  const peak = peaks.find((one) => one !== null);
  if (!peak || !courses.every((one) => peakOf(one) !== null || isLevel(one))) return null;
  if (diagnoses.some(({ confidence }) => confidence >= DOUBT) || workloadsAreIll(input)) return null;
  const { series, usual, top, length } = peak;
  const [measure = ''] = FELT.exec(text) ?? [];
  const subject = [...subjects.names].find((one) => series.asked.toLowerCase().includes(one)) ?? '';
  return {
    statement: `the ${measure} of ${name(subject)} left its usual level of ${usual} for ${length === 1 ? 'one point' : 'a few points'} only (up to ${top}) and has been back since`,
    evidence: [...new Set(courses.map(({ evidence }) => evidence))],
  };
}

/** The middle one of the values, which stands in the evidence as it is. */
const usualOf = (values: number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? 0;

const valuesOf = ({ points }: PrintedSeries): number[] => points.map(Number).filter(Number.isFinite);

/** The one short time at which a course was high; null where there was none, more than one, or where it is not back. */
function peakOf(series: PrintedSeries): { series: PrintedSeries; usual: number; top: number; length: number } | null {
  const values = valuesOf(series);
  const usual = usualOf(values);
  const [first, last] = [
    values.findIndex((value) => value > HIGH * usual),
    values.findLastIndex((value) => value > HIGH * usual),
  ];
  const length = last - first + 1;
  const since = values.slice(last + 1 + PEAK);
  if (!(usual > 0) || first < 0 || length > PEAK || values.length - last - 1 < SINCE) return null;
  return since.every((value) => value <= BACK * usual)
    ? { series, usual, top: Math.max(...values.slice(first, last + 1)), length }
    : null;
}

/** True for a course that never left its level. */
function isLevel(series: PrintedSeries): boolean {
  const values = valuesOf(series);
  const usual = usualOf(values);
  return values.every((value) => value <= BACK * usual);
}
