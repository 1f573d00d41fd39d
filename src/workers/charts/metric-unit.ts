import type { ChartUnit } from '../../shared/chart.ts';

/** How the values of a metric are shown: what they are multiplied by to be in the unit, and how the axis is called. */
export type MetricUnit = { unit: ChartUnit; factor: number; axis: string };

/** Units as OpenTelemetry, Prometheus and Grafana write them; the first that matches counts. */
const TOLD: [RegExp, MetricUnit][] = [
  [/^(%|percent|pct|percentage)$/i, { unit: 'percent', factor: 1, axis: 'percent' }],
  [/^(ratio|percentunit)$/i, { unit: 'percent', factor: 100, axis: 'percent' }],
  [/^(by|bytes?|b)$/i, { unit: 'bytes', factor: 1, axis: 'bytes' }],
  [/^(ki?by|ki?b)$/i, { unit: 'bytes', factor: 1024, axis: 'bytes' }],
  [/^(mi?by|mi?b)$/i, { unit: 'bytes', factor: 1024 ** 2, axis: 'bytes' }],
  [/^(ms|milliseconds?)$/i, { unit: 'milliseconds', factor: 1, axis: 'time' }],
  [/^(s|seconds?)$/i, { unit: 'seconds', factor: 1, axis: 'time' }],
  [/^(us|µs|microseconds?)$/i, { unit: 'milliseconds', factor: 0.001, axis: 'time' }],
  [/^(ns|nanoseconds?)$/i, { unit: 'milliseconds', factor: 0.000001, axis: 'time' }],
];

/** The same by the ending of a metric's name, where nobody told the unit; names are read in lower case. */
const NAMED: [RegExp, string][] = [
  [/(^|[^a-z])(ratio|percentunit)$/, 'ratio'],
  [/(^|[^a-z])(percent|percentage|pct)$/, '%'],
  [/(^|[^a-z])bytes$/, 'By'],
  [/(^|[^a-z])(ms|millis|milliseconds)$/, 'ms'],
  [/(^|[^a-z])seconds$/, 's'],
];

/** What the values of a metric are measured in, by the unit that its source told, else by its name; plain numbers otherwise. */
export function metricUnit(metric: string, told: string | null): MetricUnit {
  const known = TOLD.find(([pattern]) => told !== null && pattern.test(told.trim()));
  if (known) return known[1];
  const name = metric.toLowerCase().replace(/[._](total|sum|max|min|avg|mean|p\d{2,3})$/, '');
  const ending = NAMED.find(([pattern]) => pattern.test(name))?.[1];
  if (ending && told === null) return metricUnit(metric, ending);
  const annotated = /^\{(.{1,30})\}$/.exec(told ?? '')?.[1] ?? told;
  return { unit: 'number', factor: 1, axis: annotated && annotated !== '1' ? annotated.slice(0, 30) : 'value' };
}
