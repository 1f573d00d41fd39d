import { z } from 'zod';
import type { CapabilityOutput } from '../../capabilities.ts';
import { rangeAnswer } from './query-range.ts';
import { asText, footer } from './row-text.ts';

/** One series of an answer. */
export type TimeSeries = CapabilityOutput<'metrics.query'>['series'][number];

const point = z.object({ timestamp: z.number(), value: z.number().nullable(), partial: z.boolean().optional() });
const label = z.object({ key: z.object({ name: z.string() }), value: z.unknown() });
const series = z.object({ labels: z.array(label).nullish(), values: z.array(point).nullish() });
const timeSeriesResult = z.object({
  aggregations: z
    .array(z.object({ meta: z.object({ unit: z.string().optional() }).nullish(), series: z.array(series).nullish() }))
    .nullish(),
});
export type TimeSeriesResult = z.infer<typeof timeSeriesResult>;
/** The answer to a time series query. */
export const timeSeriesAnswer = rangeAnswer(timeSeriesResult);

/** The series of an answer, without buckets that the range cuts; values are multiplied by `scale`. */
export function readSeries(result: TimeSeriesResult | null, unit: string | null = null, scale = 1): TimeSeries[] {
  return (result?.aggregations ?? []).flatMap(({ meta, series: all }) =>
    (all ?? []).map(({ labels, values }) => ({
      labels: Object.fromEntries((labels ?? []).map(({ key, value }) => [key.name, asText(value)])),
      unit: unit ?? (meta?.unit || null),
      points: (values ?? []).flatMap(({ timestamp, value, partial }): [number, number][] =>
        // A bucket that the range cuts holds less than its neighbours and reads like a fall.
        partial || value === null ? [] : [[timestamp, value * scale]],
      ),
    })),
  );
}

const rounded = (value: number) => Number(value.toPrecision(6));
const timeOf = (at: number) => new Date(at).toISOString();

const SHOWN_POINTS = 30;

/** Every n-th point, ending with the last, so that a line shows the shape of the series. */
function thinned(points: [number, number][]): [number, number][] {
  const step = Math.ceil(points.length / SHOWN_POINTS);
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}

function describeSeries({ labels, unit, points }: TimeSeries): string[] {
  const name = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const head = `{${name.join(', ')}}${unit ? ` in ${unit}` : ''}`;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [`${head}: no points`];
  const values = points.map(([, value]) => value);
  const facts = `first ${rounded(first[1])}, last ${rounded(last[1])}, min ${rounded(Math.min(...values))}, max ${rounded(Math.max(...values))}`;
  const shape = thinned(points).map(([at, value]) => `${timeOf(at).slice(11, 19)} ${rounded(value)}`);
  return [
    `${head}: ${facts}, ${points.length} points ${timeOf(first[0])} to ${timeOf(last[0])}`,
    `  ${shape.join(', ')}`,
  ];
}

/** Series as people read them: first, last, extremes and the shape. */
export function describeAll({ metric, series: all, warning }: CapabilityOutput<'metrics.query'>): string {
  const lines = all.flatMap(describeSeries);
  return [metric, ...(lines.length > 0 ? lines : ['no series']), ...footer(false, warning)].join('\n');
}
