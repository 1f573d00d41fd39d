import { z } from 'zod';
import type { CapabilityOutput } from '../../capabilities.ts';
import { describeAll as describeSeriesAnswer, type TimeSeries } from '../series-text.ts';
import { rangeAnswer } from './query-range.ts';
import { asText, footer } from './row-text.ts';

export type { TimeSeries };

/** JSON has no NaN and no infinity: SigNoz writes them as texts. */
const point = z.object({
  timestamp: z.number(),
  value: z.union([z.number(), z.string()]).nullable(),
  partial: z.boolean().optional(),
});
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
        partial || typeof value !== 'number' ? [] : [[timestamp, value * scale]],
      ),
    })),
  );
}

/**
 * SigNoz answers with the largest series, one more than wanted where there is one: that says that there are more, and the smallest is
 * left out.
 */
export function cutSeries(series: TimeSeries[], limit: number | undefined): { series: TimeSeries[]; hasMore: boolean } {
  if (limit === undefined || series.length <= limit) return { series, hasMore: false };
  const sizes = new Map(series.map((one) => [one, one.points.reduce((sum, [, value]) => sum + value, 0)]));
  const kept = new Set(series.toSorted((a, b) => sizes.get(b)! - sizes.get(a)!).slice(0, limit));
  return { series: series.filter((one) => kept.has(one)), hasMore: true };
}

/** Series as people read them: first, last, extremes and the shape. */
export function describeAll(answer: CapabilityOutput<'metrics.query'>): string {
  return describeSeriesAnswer(answer, footer(null, answer.warning));
}
