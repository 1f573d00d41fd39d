import type { PrintedSeries } from './kubernetes-state.ts';

const OF_TIMES = /histogram_quantile|latency|duration|response_?time|_seconds|_ms\b|milliseconds/i;
const COUNTS = /_total\b|increase\(/;
const MILLIS = /_ms\b|_?millis/i;
/** The slow end of many: quantiles by query, by label or by name. */
const SLOW_END = /histogram_quantile|quantile=|\bp9\d|_p9\d|9\dth/i;

/** True for a printed course of how long something takes. */
export const isOfTimes = ({ asked }: PrintedSeries): boolean => OF_TIMES.test(asked) && !COUNTS.test(asked);

/** A value of such a course in seconds; NaN where it is none. */
export const secondsOf = ({ asked }: PrintedSeries, value: string | undefined): number =>
  Number(value ?? Number.NaN) / (MILLIS.test(asked) ? 1000 : 1);

/** True where a quantile of times stands above a bound (s) at the end of its course. */
export const endsAbove = (series: PrintedSeries, seconds: number): boolean =>
  isOfTimes(series) &&
  (SLOW_END.test(series.asked) || series.labels.quantile !== undefined) &&
  secondsOf(series, series.points.at(-1)) > seconds;
