import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { isOfOtherTime } from './compared-names.ts';
import { coursesOf, firstRow } from './courses.ts';
import { sameName } from './names.ts';
import { round } from './text.ts';
import { unfelt } from './unfelt.ts';
import { measuredMetric } from './usual-metric.ts';

/** So far from what was expected a value may be, and so much nearer most of them have to be. */
const [FAR, NEAR] = [0.15, 0.1];
const MOST = 0.8;
/** Fewer points that can be compared show no course. */
const ENOUGH = 10;
/** Who fails or takes long each week is no better for it. */
const IS_BAD_ANY_DAY = ['failures', 'latency', 'client'];

/**
 * Proof for a measure that goes up or down as its own series of another time says (`..._last_week`, `..._expected`): both go together up to the end,
 * and nobody feels anything. Null where they part, or where what is measured would be bad on any day.
 */
export function asExpected(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || IS_BAD_ANY_DAY.includes(metricKind(measured.metric))) return null;
  const { service, metric } = measured;
  const courses = coursesOf(input).filter((one) => sameName(one.service, service));
  const own = courses.filter((one) => one.metric === metric);
  const earlier = courses.find((one) => isOfOtherTime(wordsOf(one.metric), wordsOf(metric)));
  const [course] = own;
  if (!course || own.length > 1 || !earlier) return null;
  const wanted = new Map(earlier.later);
  const compared = course.later.flatMap(([at, value]): [number, number][] => {
    const then = wanted.get(at);
    return then === undefined || then <= 0 ? [] : [[at, Math.abs(value - then) / then]];
  });
  const near = compared.filter(([, apart]) => apart <= NEAR).length;
  if (compared.length < ENOUGH || near < MOST * compared.length) return null;
  if (firstRow(compared, ([, apart]) => apart > FAR) !== null) return null;
  const felt = unfelt(input, { service, metric, goesWithTime: true });
  const [last, then] = [course.later.at(-1)?.[1] ?? 0, earlier.later.at(-1)?.[1] ?? 0];
  return (
    felt && {
      statement: `${metric} of ${service} goes as ${earlier.metric} says (${round(last)} at the end, and ${round(then)} then), and its requests are answered as fast and as well as before`,
      evidence: [...new Set([course.evidence, earlier.evidence, ...felt])],
    }
  );
}
