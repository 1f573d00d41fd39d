import { seriesOf } from '../detectors/support/evidence-of.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { median, quantile } from '../localisation/statistics/robust.ts';
import { serviceIn } from '../localisation/telemetry/component.ts';
import { alertTime, usualUntil } from './problem-lines.ts';

/** A series that left its usual level and stayed away. */
export type MetricShift = {
  service: string;
  metric: string;
  /** Medians before and since. */
  before: number;
  since: number;
  /** The first value of the new level, epoch ms; a point stands for the step that begins there. */
  at: number;
  step: number;
  /** True where it went most of its way within a few steps; false for a level that climbs or falls slowly. */
  sudden: boolean;
  evidence: number;
};

/** So many usual deviations (median absolute ones, scaled to sigma) make a value unusual. */
const FAR = 6;
const SIGMA_OF_MAD = 1.4826;
/** A smaller move than this share of the usual level is no trouble, however steady the level was. */
const NOTABLE = 0.25;
/** Coarse values have a median deviation of none; then what happens rarely is the measure. */
const RARE = 0.95;
const BEYOND_RARE = 1.5;
/** So many unusual values in a row are no chance. */
export const IN_ROW = 3;
/** So much of its way a sudden shift goes at once. */
const SUDDEN = 0.4;
/** Of the values up to the alert so many have to be unusual: a level, no peaks. */
const STAYS = 0.8;

/** The shifts of all series that tell their service, earliest first. */
export const metricShifts = oncePer((input: LocalisationInput): MetricShift[] => {
  const alertAt = alertTime(input);
  return seriesOf(input.evidence)
    .flatMap(({ data, evidence, number }) =>
      data.series.flatMap(({ labels, points }) => {
        const service =
          serviceIn(labels) ?? (typeof evidence.query.service === 'string' ? evidence.query.service : null);
        const shift = service === null ? null : shiftOf(points, alertAt);
        return shift && service !== null ? [{ ...shift, service, metric: data.metric, evidence: number }] : [];
      }),
    )
    .sort(
      (left, right) =>
        left.at - right.at || (`${left.service} ${left.metric}` < `${right.service} ${right.metric}` ? -1 : 1),
    );
});

/** The usual level of some values, and how far from it a value is unusual. */
export function usualBand(usual: readonly number[]): { before: number; bound: number } {
  const before = median(usual);
  const deviations = usual.map((value) => Math.abs(value - before));
  const spread = Math.max(FAR * SIGMA_OF_MAD * median(deviations), BEYOND_RARE * quantile(deviations, RARE));
  return { before, bound: Math.max(spread, NOTABLE * Math.abs(before), Number.MIN_VALUE) };
}

function shiftOf(
  series: [number, number][],
  alertAt: number,
): Pick<MetricShift, 'before' | 'since' | 'at' | 'step' | 'sudden'> | null {
  const points = series.filter((point) => point.every(Number.isFinite)).sort(([left], [right]) => left - right);
  const [first, second] = points;
  if (!first || !second) return null;
  const until = usualUntil(first[0], alertAt);
  const usual = points.filter(([at]) => at < until).map(([, value]) => value);
  if (usual.length < IN_ROW) return null;
  const { before, bound } = usualBand(usual);
  const isFar = (index: number) => Math.abs(points[index]![1] - before) > bound;
  const isAbove = (index: number) => points[index]![1] > before;
  for (let index = usual.length; index + IN_ROW <= points.length && points[index]![0] <= alertAt; index++) {
    if (!isFar(index)) continue;
    const later = points.slice(index).filter(([at], offset) => offset < IN_ROW || at <= alertAt);
    // What rose with the morning and fell with the trouble left its level when it fell.
    const stays =
      later.filter((_, offset) => isFar(index + offset) && isAbove(index + offset) === isAbove(index)).length >=
      STAYS * later.length;
    if (!stays || !isFar(index + 1)) continue;
    const since = median(later.map(([, value]) => value));
    const went = points[index + IN_ROW - 1]![1] - points[index - 1]![1];
    const sudden = Math.abs(went) >= SUDDEN * Math.abs(since - before);
    return { before, since, at: points[index]![0], step: second[0] - first[0], sudden };
  }
  return null;
}
