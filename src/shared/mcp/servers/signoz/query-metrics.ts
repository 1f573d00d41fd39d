import { DependencyError } from '../../../errors.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { allOf, equalTo, nested } from './filter-expression.ts';
import { type QueryAnswer, queryRange } from './query-range.ts';
import type { SignozClient } from './signoz-client.ts';
import { cutSeries, describeAll, readSeries, type TimeSeriesResult, timeSeriesAnswer } from './time-series.ts';

function specOf(input: ToolInput<'metrics.query'>): Record<string, unknown> {
  const { metric, service, filter, timeAggregation, spaceAggregation, groupBy, stepSeconds, limit } = input;
  return {
    signal: 'metrics',
    stepInterval: stepSeconds,
    aggregations: [{ metricName: metric, timeAggregation, spaceAggregation }],
    groupBy: groupBy.map((name) => ({ name })),
    filter: allOf([equalTo('service.name', service), nested(filter)]),
    ...(limit !== undefined && { limit: limit + 1 }),
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

/** `query_metrics`: a metric over time, one series per group. */
export function queryMetrics(client: SignozClient): ToolDefinition {
  return toolFor('metrics.query', {
    title: 'Query a metric',
    description:
      'One metric over a time range, in buckets of `stepSeconds`. `spaceAggregation` (avg, sum, min, max, count, p50 to p99) joins series, `timeAggregation` (avg, sum, min, max, latest, count, rate, increase) the points of a bucket; counters want rate or increase with sum.',
    run: async (input, { signal }) => {
      const { result, warning } = await queryOrEmpty(client, input, signal);
      const data = { metric: input.metric, ...cutSeries(readSeries(result), input.limit), warning };
      return { data, text: describeAll(data) };
    },
  });
}
