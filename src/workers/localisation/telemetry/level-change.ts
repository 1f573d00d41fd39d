import { ascending, median, quantileOfSorted } from '../statistics/robust.ts';
import type { Series } from './read-series.ts';

/** How the level of a series changed. */
export type LevelChange = {
  /** Medians. */
  before: number;
  during: number;
  /** How far the level of the trouble lies outside of what was usual, above 0; 0 where it lies within. */
  above: number;
  below: number;
  /** Between the lowest and the highest value of what was usual. */
  range: number;
  /** Epoch ms of the first value of the trouble that lies outside of what was usual, null where nothing changed. */
  onset: number | null;
  /** Set where `before` is what the same time of earlier periods held, which are so long, ms. */
  period?: number;
};

const MINUTE_MS = 60_000;
/** Rules wait some minutes before they fire; what changed much earlier has another reason. */
export const LONGEST_WAIT_MS = 15 * MINUTE_MS;
/** One value in twenty of a baseline may be odd by itself. */
const RARE = 0.05;

/**
 * Finds where a series left its usual level before the alert: of all times at which it may have happened the one after which the
 * median lies furthest outside of all values before. What is usual has the level of the time right before, as baselines grow old,
 * and the spread of the baseline, where that is wider. Values later than two steps after the alert don't count, as the trouble
 * may be over by then. Null without values to compare.
 */
export function levelChange(
  { points, baseline }: Pick<Series, 'points' | 'baseline'>,
  alertAt: number,
): LevelChange | null {
  const known = untilTrouble(points, alertAt);
  const usual = usualOf(baseline);
  const first = baseline.length > 0 ? 1 : Math.max(1, Math.ceil(known.length / 3));
  const recent: number[] = [];
  let best: LevelChange | null = null;
  for (let split = 0; split < known.length; split++) {
    const [at, value] = known[split]!;
    if (split >= first && at >= alertAt - LONGEST_WAIT_MS) {
      if (recent.length < split) recent.splice(0, recent.length, ...ascending(valuesOf(known.slice(0, split))));
      const change = changeAt(recent, known.slice(split), usual);
      if (!best || change.above + change.below > best.above + best.below) best = change;
    }
    if (recent.length > 0) insert(recent, value);
  }
  return best;
}

/** The values up to the time at which the trouble may be over. */
export function untilTrouble(points: [number, number][], alertAt: number): [number, number][] {
  const until = alertAt + 2 * stepOf(points);
  return points.filter(([at]) => at <= until);
}

const valuesOf = (points: [number, number][]) => points.map(([, value]) => value);

/** Puts a value in its place, as sorting all values anew for every time would take too long for long series. */
function insert(sorted: number[], value: number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

/** The usual distance between two points, a minute when it can't be told. */
export function stepOf(points: [number, number][]): number {
  const step = median(points.slice(1).map(([at], index) => at - points[index]![0]));
  return Number.isNaN(step) ? MINUTE_MS : step;
}

/** How far the baseline's rare values lie from its middle. */
type Usual = { up: number; down: number };

function usualOf(baseline: number[]): Usual {
  const sorted = ascending(baseline);
  if (sorted.length === 0) return { up: 0, down: 0 };
  const middle = quantileOfSorted(sorted, 0.5);
  return { up: quantileOfSorted(sorted, 1 - RARE) - middle, down: middle - quantileOfSorted(sorted, RARE) };
}

/** `recent` are the values before the split, in ascending order; there is at least one. */
function changeAt(recent: number[], trouble: [number, number][], { up, down }: Usual): LevelChange {
  const before = quantileOfSorted(recent, 0.5);
  const during = median(valuesOf(trouble));
  const low = Math.min(recent[0]!, before - down);
  const high = Math.max(recent.at(-1)!, before + up);
  const [above, below] = [Math.max(0, during - high), Math.max(0, low - during)];
  const outside = ([, value]: [number, number]) => (above > 0 ? value > high : value < low);
  const onset = above + below > 0 ? trouble.find(outside)![0] : null;
  return { before, during, above, below, range: high - low, onset };
}

/**
 * How far from usual a worsening (`above` or `below`) is, 0 to 1: as a share of the whole that is measured now, and against the
 * range in which the values moved before, whichever says less.
 */
export function clarityOfChange({ range }: LevelChange, worse: number, whole: number): number {
  if (worse <= 0) return 0;
  return Math.min(worse / Math.max(whole, worse), worse / (worse + range));
}
