import { IDENTIFIED } from '../../../src/workers/localisation/suspect-confidence.ts';

/** What was claimed of the first suspect (0 to 1), and whether its place and its class were right. */
export type Claim = { confidence: number; right: boolean };

/** Ten ranges of the same width. */
export const TENTHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.001];
const EDGES = [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, IDENTIFIED - 0.005, 1.001];

/** How far claims can be believed, as lines of text: by range of confidence, Brier score, expected calibration error, and the identified ones. */
export function reliability(claims: Claim[], edges: readonly number[] = EDGES): string[] {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bins = edges.slice(1).flatMap((below, index) => {
    const own = claims.filter(({ confidence }) => confidence >= edges[index]! && confidence < below);
    if (own.length === 0) return [];
    const said = mean(own.map(({ confidence }) => confidence));
    return [{ from: edges[index]!, count: own.length, said, was: mean(own.map(({ right }) => Number(right))) }];
  });
  const brier = mean(claims.map(({ confidence, right }) => (confidence - Number(right)) ** 2));
  const error = bins.reduce((sum, { count, said, was }) => sum + (count / claims.length) * Math.abs(said - was), 0);
  const identified = claims.filter(({ confidence }) => confidence >= IDENTIFIED);
  const wrong = identified.filter(({ right }) => !right).length;
  return [
    ...bins.map(
      ({ from, count, said, was }) =>
        `  from ${from.toFixed(3)} ${String(count).padStart(4)}  said ${said.toFixed(3)}  was ${was.toFixed(3)}`,
    ),
    `  Brier ${brier.toFixed(3)}  ECE ${error.toFixed(3)}  identified ${identified.length} of ${claims.length}, wrong ${wrong}, at most ${upperBound(wrong, identified.length).toFixed(4)} (95 %)`,
  ];
}

/** The share that so many wrong ones of all are still compatible with, at one-sided 95 % (Clopper and Pearson, by bisection). */
export function upperBound(wrong: number, all: number): number {
  if (wrong >= all) return 1;
  let [low, high] = [wrong / all, 1];
  for (let step = 0; step < 60; step++) {
    const share = (low + high) / 2;
    if (atMost(wrong, all, share) > 0.05) low = share;
    else high = share;
  }
  return high;
}

/** The probability of so many or fewer hits of `all`, each with the given chance. */
function atMost(hits: number, all: number, chance: number): number {
  let term = (1 - chance) ** all;
  let sum = term;
  for (let one = 0; one < hits; one++) {
    term *= (((all - one) / (one + 1)) * chance) / (1 - chance);
    sum += term;
  }
  return sum;
}
