import { periodOf } from '../statistics/period.ts';
import { extent, median } from '../statistics/robust.ts';
import { type LevelChange, LONGEST_WAIT_MS, levelChange, stepOf, untilTrouble } from './level-change.ts';
import type { Series } from './read-series.ts';

/** What a series usually holds at one time of its period. */
export type UsualAt = { low: number; high: number; middle: number };

/** What earlier periods tell of the time around an alert. */
export type Season = {
  /** Length of one, ms. */
  period: number;
  /** What is older is from before the trouble, epoch ms. */
  troubleFrom: number;
  /** Null where fewer than two periods are known at this time. */
  usualAt(at: number): UsualAt | null;
  /** What would have been said of each period at this time of it. */
  usualChanges: LevelChange[];
};

const DAY_MS = 24 * 60 * 60_000;
const WEEK_MS = 7 * DAY_MS;
const LEAST_PERIODS = 2;
/** So far back earlier periods are looked at. */
const MOST_PERIODS = 60;
/** A period is known when so much of the time of the trouble has values in it. */
const LEAST_COVERED = 0.8;
/** A job that starts at a minute does not start at a second: neighbours count, but never much of a period. */
const JITTER_STEPS = 2;
const MOST_JITTER = 1 / 8;

type Points = [number, number][];

/**
 * The longest period, of a week, a day and the one that the series shows itself, of which at least two earlier ones hold the time
 * around the alert; null where there is none. Values of the trouble itself are never part of what is usual.
 */
export function seasonOf({ points, history }: Pick<Series, 'points' | 'history'>, alertAt: number): Season | null {
  const troubleFrom = alertAt - LONGEST_WAIT_MS;
  const known = untilTrouble(points, alertAt);
  const asked = known.filter(([at]) => at >= troubleFrom).map(([at]) => at);
  const earlier = [...history, ...known.filter(([at]) => at < troubleFrom)].sort(([left], [right]) => left - right);
  if (asked.length === 0 || earlier.length === 0) return null;
  const step = stepOf(points);
  for (const period of candidates(earlier, step, asked.at(-1)!)) {
    const jitter = Math.min(JITTER_STEPS * step, MOST_JITTER * period);
    const near = (at: number, back: number) => between(earlier, at - back * period, jitter);
    const backs = periodsBack(earlier, asked.at(-1)!, period).filter(
      (back) => asked.filter((at) => near(at, back).length > 0).length >= LEAST_COVERED * asked.length,
    );
    if (backs.length < LEAST_PERIODS) continue;
    const start = known[0]![0];
    return {
      period,
      troubleFrom,
      usualAt: (at) => usualIn(backs.map((back) => near(at, back)).filter((values) => values.length > 0)),
      usualChanges: backs.flatMap((back) => {
        const moved = earlier.map(([at, value]): [number, number] => [at + back * period, value]);
        const points = moved.filter(([at]) => at >= start && at <= asked.at(-1)!);
        return levelChange({ points, baseline: [] }, alertAt) ?? [];
      }),
    };
  }
  return null;
}

/** Calendars need no proof that people and jobs keep to them; other periods have to show. */
function* candidates(earlier: Points, step: number, end: number): Generator<number> {
  const span = end - earlier[0]![0];
  if (span >= LEAST_PERIODS * WEEK_MS) yield WEEK_MS;
  if (span >= LEAST_PERIODS * DAY_MS) yield DAY_MS;
  const steps = periodOf(evenly(earlier, step));
  if (steps !== null) yield steps * step;
}

function periodsBack(earlier: Points, end: number, period: number): number[] {
  const most = Math.min(MOST_PERIODS, Math.ceil((end - earlier[0]![0]) / period));
  return Array.from({ length: most }, (_, index) => index + 1);
}

const GAP_STEPS = 3;

/** The values since the last gap, one for each step; what is missing is as the value before. */
function evenly(points: Points, step: number): number[] {
  let from = points.length - 1;
  while (from > 0 && points[from]![0] - points[from - 1]![0] <= GAP_STEPS * step) from--;
  const values: number[] = [];
  for (const [at, value] of points.slice(from)) {
    const index = Math.round((at - points[from]![0]) / step);
    while (values.length < index) values.push(values.at(-1) ?? value);
    values[index] = value;
  }
  return values;
}

/** The points around a time, by halving as histories are long; the nearest comes first. */
function between(points: Points, at: number, jitter: number): Points {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]![0] < at - jitter) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < points.length && points[end]![0] <= at + jitter) end++;
  return points.slice(low, end).sort(([left], [right]) => Math.abs(left - at) - Math.abs(right - at));
}

/** So many periods show which of them was the odd one. */
const ENOUGH_PERIODS = 4;
const SIGMA_OF_MAD = 1.4826;
const FAR = 3;

/** From the lowest to the highest of few periods; of more the medians of both, and further out by the spread among the periods. */
function usualIn(periods: Points[]): UsualAt | null {
  if (periods.length < LEAST_PERIODS) return null;
  const extents = periods.map((values) => extent(values.map(([, value]) => value)));
  return {
    low: -upperOf(extents.map(([low]) => -low)),
    high: upperOf(extents.map(([, high]) => high)),
    middle: median(periods.map(([nearest]) => nearest![1])),
  };
}

function upperOf(values: number[]): number {
  if (values.length < ENOUGH_PERIODS) return extent(values)[1];
  const middle = median(values);
  return middle + FAR * SIGMA_OF_MAD * median(values.map((value) => Math.abs(value - middle)));
}
