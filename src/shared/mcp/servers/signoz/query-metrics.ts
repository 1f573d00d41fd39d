import { z } from 'zod';
import { DependencyError } from '../../../errors.ts';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { allOf, equalTo, nested } from './filter-expression.ts';
import { type QueryAnswer, queryRange, rangeAnswer } from './query-range.ts';
import { asText, footer } from './row-text.ts';
import type { SignozClient } from './signoz-client.ts';

type Series = CapabilityOutput<'metrics.query'>['series'][number];

const point = z.object({ timestamp: z.number(), value: z.number().nullable(), partial: z.boolean().optional() });
const label = z.object({ key: z.object({ name: z.string() }), value: z.unknown() });
const series = z.object({ labels: z.array(label).nullish(), values: z.array(point).nullish() });
const timeSeriesResult = z.object({
  aggregations: z
    .array(z.object({ meta: z.object({ unit: z.string().optional() }).nullish(), series: z.array(series).nullish() }))
    .nullish(),
});
type TimeSeriesResult = z.infer<typeof timeSeriesResult>;
const timeSeriesAnswer = rangeAnswer(timeSeriesResult);

function readSeries(result: TimeSeriesResult | null): Series[] {
  return (result?.aggregations ?? []).flatMap(({ meta, series: all }) =>
    (all ?? []).map(({ labels, values }) => ({
      labels: Object.fromEntries((labels ?? []).map(({ key, value }) => [key.name, asText(value)])),
      unit: meta?.unit || null,
      points: (values ?? []).flatMap(({ timestamp, value, partial }): [number, number][] =>
        // A bucket that the range cuts holds less than its neighbours and reads like a fall.
        partial || value === null ? [] : [[timestamp, value]],
      ),
    })),
  );
}

function specOf(input: ToolInput<'metrics.query'>): Record<string, unknown> {
  const { metric, service, filter, timeAggregation, spaceAggregation, groupBy, stepSeconds } = input;
  return {
    signal: 'metrics',
    stepInterval: stepSeconds,
    aggregations: [{ metricName: metric, timeAggregation, spaceAggregation }],
    groupBy: groupBy.map((name) => ({ name })),
    filter: allOf([equalTo('service.name', service), nested(filter)]),
  };
}

/** That SigNoz has no such metric is an answer, not a failure. */
async function queryOrEmpty(
  client: SignozClient,
  input: ToolInput<'metrics.query'>,
  signal: AbortSignal,
): Promise<QueryAnswer<TimeSeriesResult>> {
  const { from, to, metric } = input;
  const question = { requestType: 'time_series', spec: specOf(input), range: { from, to } } as const;
  try {
    return await queryRange(client, question, timeSeriesAnswer, signal);
  } catch (error) {
    const unknown = error instanceof DependencyError && error.failure === 'not_found' && error.message.includes(metric);
    if (!unknown) throw error;
    return { result: null, warning: `SigNoz has no metric named ${metric}` };
  }
}

const rounded = (value: number) => Number(value.toPrecision(6));
const timeOf = (at: number) => new Date(at).toISOString();

const SHOWN_POINTS = 30;

/** Every n-th point, ending with the last, so that a line shows the shape of the series. */
function thinned(points: [number, number][]): [number, number][] {
  const step = Math.ceil(points.length / SHOWN_POINTS);
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}

function describeSeries({ labels, unit, points }: Series): string[] {
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

function describe({ metric, series: all, warning }: CapabilityOutput<'metrics.query'>): string {
  const lines = all.flatMap(describeSeries);
  return [metric, ...(lines.length > 0 ? lines : ['no series']), ...footer(false, warning)].join('\n');
}

/** `query_metrics`: a metric over time, one series per group. */
export function queryMetrics(client: SignozClient): ToolDefinition {
  return toolFor('metrics.query', {
    title: 'Query a metric',
    description:
      'One metric over a time range, in buckets of `stepSeconds`. `spaceAggregation` (avg, sum, min, max, count, p50 to p99) joins series, `timeAggregation` (avg, sum, min, max, latest, count, rate, increase) the points of a bucket; counters want rate or increase with sum.',
    run: async (input, { signal }) => {
      const { result, warning } = await queryOrEmpty(client, input, signal);
      const data = { metric: input.metric, series: readSeries(result), warning };
      return { data, text: describe(data) };
    },
  });
}
