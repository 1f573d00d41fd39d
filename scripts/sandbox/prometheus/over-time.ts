type Samples = [number, number][];

/** A function over the samples of a window; null where it has no answer. Times in ms. */
type OverTime = (samples: Samples, startMs: number, endMs: number) => number | null;

const values = (samples: Samples) => samples.map(([, value]) => value);
const sum = (numbers: number[]) => numbers.reduce((total, value) => total + value, 0);

export const OVER_TIME: Readonly<Record<string, OverTime>> = {
  rate: (samples, start, end) => extrapolated(samples, start, end, true),
  increase: (samples, start, end) => extrapolated(samples, start, end, false),
  avg_over_time: (samples) => sum(values(samples)) / samples.length,
  sum_over_time: (samples) => sum(values(samples)),
  min_over_time: (samples) => Math.min(...values(samples)),
  max_over_time: (samples) => Math.max(...values(samples)),
  count_over_time: (samples) => samples.length,
  last_over_time: (samples) => samples.at(-1)![1],
};

/**
 * What a counter rose by within a window, as Prometheus estimates it: resets count from zero, and the rise between the first and the last
 * sample is drawn out to the window's edges where those are near (1.1 usual distances), else by half a distance, never below zero.
 */
function extrapolated(samples: Samples, start: number, end: number, perSecond: boolean): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2) return null;
  let rise = last[1] - first[1];
  for (const [index, [, value]] of samples.entries()) {
    const before = samples[index - 1]?.[1];
    if (before !== undefined && value < before) rise += before;
  }
  const sampled = (last[0] - first[0]) / 1000;
  const usual = sampled / (samples.length - 1);
  let toStart = (first[0] - start) / 1000;
  const toEnd = (end - last[0]) / 1000;
  if (rise > 0 && first[1] >= 0) toStart = Math.min(toStart, sampled * (first[1] / rise));
  const near = usual * 1.1;
  const covered = sampled + (toStart < near ? toStart : usual / 2) + (toEnd < near ? toEnd : usual / 2);
  const whole = rise * (covered / sampled);
  return perSecond ? whole / ((end - start) / 1000) : whole;
}
