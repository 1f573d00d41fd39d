import { z } from 'zod';
import type { PrometheusAnswer } from './prometheus-client.ts';

/** A sample as the API gives it: seconds and the number as text, because JSON has no NaN and no infinity. */
const sample = z.tuple([z.number(), z.string()]);
/** A native histogram: its sum and count as text, buckets as [rule, from, to, count]. */
const histogram = z.object({
  count: z.string(),
  sum: z.string(),
  buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).nullish(),
});
const histogramSample = z.tuple([z.number(), histogram]);
const labels = z.record(z.string(), z.string());

const vectorElement = z.object({ metric: labels, value: sample.optional(), histogram: histogramSample.optional() });
const matrixElement = z.object({
  metric: labels,
  values: z.array(sample).optional(),
  histograms: z.array(histogramSample).optional(),
});

/** `data` of an expression query. */
export const queryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(vectorElement) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(matrixElement) }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
]);
export type QueryData = z.infer<typeof queryData>;

/** A point of a series: epoch ms, and the number, null for NaN and the infinities. */
export type RawPoint = [number, number | null];
export type RawHistogram = {
  at: number;
  count: number | null;
  sum: number | null;
  buckets: [string, string, string][];
};
/** One series of an answer; a native histogram's points are its means, with the histograms themselves beside them. */
export type RawSeries = { labels: Record<string, string>; points: RawPoint[]; histograms: RawHistogram[] };

const ms = (seconds: number) => Math.round(seconds * 1000);

/** A number of the API; null for what JSON cannot hold. */
export function readNumber(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && text.trim() !== '' ? value : null;
}

/** The series of any answer; a scalar is one without labels, a text none. */
export function seriesOfData(data: QueryData): RawSeries[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value, histogram: one }) => oneSeries(metric, value && [value], one && [one]));
    case 'matrix':
      return data.result.map(({ metric, values, histograms }) => oneSeries(metric, values, histograms));
    case 'scalar':
      return [oneSeries({}, [data.result], undefined)];
    case 'string':
      return [];
  }
}

type Sample = z.infer<typeof sample>;
type HistogramSample = z.infer<typeof histogramSample>;

function oneSeries(
  metric: Record<string, string>,
  values: Sample[] = [],
  histograms: HistogramSample[] = [],
): RawSeries {
  const read = histograms.map(([at, { count, sum, buckets }]) => ({
    at: ms(at),
    count: readNumber(count),
    sum: readNumber(sum),
    buckets: (buckets ?? []).map(([, from, to, number]): [string, string, string] => [from, to, number]),
  }));
  const means = read.map(({ at, count, sum }): RawPoint => [at, count && sum !== null ? sum / count : null]);
  const points = [...values.map(([at, value]): RawPoint => [ms(at), readNumber(value)]), ...means];
  return { labels: metric, points: points.sort(([a], [b]) => a - b), histograms: read };
}

/** The finite points, and how many were not. */
export function finitePoints(points: RawPoint[]): { points: [number, number][]; lost: number } {
  const finite = points.filter((point): point is [number, number] => point[1] !== null);
  return { points: finite, lost: points.length - finite.length };
}

/** What Prometheus said beside the data, each once. */
export const remarksOf = ({ warnings, infos }: Pick<PrometheusAnswer<unknown>, 'warnings' | 'infos'>): string[] => [
  ...new Set([...warnings, ...infos]),
];
