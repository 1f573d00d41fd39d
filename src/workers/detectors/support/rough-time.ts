/** Magnitudes of times in words, by their upper ends in ms. */
const MAGNITUDES: [number, string][] = [
  [1, 'less than a millisecond'],
  [10, 'a few milliseconds'],
  [100, 'tens of milliseconds'],
  [1000, 'hundreds of milliseconds'],
  [10_000, 'seconds'],
  [Number.POSITIVE_INFINITY, 'tens of seconds'],
];

/**
 * A sentence with its times (`402 ms`) as magnitudes in words: times that were reckoned from several spans stand in no evidence,
 * so that nobody could look them up.
 */
export function withRoughTimes(sentence: string): string {
  return sentence.replace(/\b(\d[\d.]*(?:e[+-]?\d+)?|NaN) ms\b/g, (_match, text: string) => {
    const ms = Number(text);
    return MAGNITUDES.find(([end]) => ms < end)?.[1] ?? 'an unknown time';
  });
}
