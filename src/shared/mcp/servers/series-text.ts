import type { CapabilityOutput } from '../capabilities.ts';

/** One series of an answer. */
export type TimeSeries = CapabilityOutput<'metrics.query'>['series'][number];

const rounded = (value: number) => Number(value.toPrecision(6));
const timeOf = (at: number) => new Date(at).toISOString();

const SHOWN_POINTS = 30;

/** Every n-th point, ending with the last, so that a line shows the shape of the series. */
function thinned(points: [number, number][]): [number, number][] {
  const step = Math.ceil(points.length / SHOWN_POINTS);
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}

/** A series as people read it: first, last, extremes and the shape, in two lines. */
export function describeSeries({ labels, unit, points }: TimeSeries): string[] {
  const name = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const head = `{${name.join(', ')}}${unit ? ` in ${unit}` : ''}`;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [`${head}: no points`];
  const values = points.map(([, value]) => value);
  const [lowest, highest] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const facts = `first ${rounded(first[1])}, last ${rounded(last[1])}, min ${rounded(lowest)}, max ${rounded(highest)}`;
  const shape = thinned(points).map(([at, value]) => `${timeOf(at).slice(11, 19)} ${rounded(value)}`);
  return [
    `${head}: ${facts}, ${points.length} points ${timeOf(first[0])} to ${timeOf(last[0])}`,
    `  ${shape.join(', ')}`,
  ];
}

/** The series of an answer under the metric's name; `footer` are the closing lines. */
export function describeAll({ metric, series, hasMore }: CapabilityOutput<'metrics.query'>, footer: string[]): string {
  const lines = series.flatMap(describeSeries);
  const more = hasMore ? ['(there are more series, smaller ones: raise "limit", or narrow the question)'] : [];
  return [metric, ...(lines.length > 0 ? lines : ['no series']), ...more, ...footer].join('\n');
}
