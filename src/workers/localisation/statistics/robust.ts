/**
 * Statistics that a few wild values can't ruin. A median is always one of the values (the lower one of an even number), so
 * that a sentence that quotes it quotes something which was really measured.
 */

/** The value below which `share` (0 to 1) of the values lie; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(ascending(values), share);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The same for values that are in ascending order already. */
export function quantileOfSorted(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** The values that are numbers, in ascending order; typed arrays sort several times faster than arrays. */
export const ascending = (values: readonly number[]): number[] =>
  Array.from(Float64Array.from(values.filter((value) => Number.isFinite(value))).sort());

/** The mean without the highest tenth: a few calls that hung for other reasons don't count; 0 without values. */
export function trimmedMean(sorted: readonly number[]): number {
  const kept = sorted.length - Math.floor(sorted.length / 10);
  let sum = 0;
  for (let index = 0; index < kept; index++) sum += sorted[index]!;
  return kept === 0 ? 0 : sum / kept;
}

/**
 * How surely the values of `later` are higher than those of `earlier`, 0 (no sign of it) to 1 (every one is): the rank-biserial
 * correlation of Mann and Whitney's U, less a standard error, so that few values say little. Both in ascending order.
 */
export function risen(earlier: readonly number[], later: readonly number[]): number {
  const [n, m] = [earlier.length, later.length];
  if (n === 0 || m === 0) return 0;
  let [below, upTo, wins] = [0, 0, 0];
  for (const value of later) {
    while (below < n && earlier[below]! < value) below++;
    while (upTo < n && earlier[upTo]! <= value) upTo++;
    wins += (below + upTo) / 2;
  }
  const standardError = Math.sqrt((n + m + 1) / (12 * n * m));
  return Math.max(0, 2 * (wins / (n * m) - standardError) - 1);
}

/** The lowest and the highest value; Infinity and -Infinity without values. Arrays of any length, unlike Math.min(...). */
export function extent(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
