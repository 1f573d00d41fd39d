import type { REQUEST_MEASURES } from '../../capability-schemas/telemetry-queries.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { allOf, equalTo, nested } from './filter-expression.ts';
import { queryRange } from './query-range.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTimeRange } from './time-range.ts';
import { cutSeries, describeAll, readSeries, type TimeSeries, timeSeriesAnswer } from './time-series.ts';

/** Spans by which a service answers somebody; its inner spans and the calls it makes are not its requests. */
const SERVED = "kind_string IN ('Server', 'Consumer')";

type Measure = { metric: string; expression: string; unit: string; scale: number; condition?: string };

const MEASURES: Record<(typeof REQUEST_MEASURES)[number], Measure> = {
  duration: { metric: 'request.duration', expression: 'avg(duration_nano)', unit: 'ms', scale: 1e-6 },
  calls: { metric: 'request.count', expression: 'count()', unit: '{request}', scale: 1 },
  errors: {
    metric: 'request.errors',
    expression: 'count()',
    unit: '{request}',
    scale: 1,
    condition: 'has_error = true',
  },
};

function specOf(input: ToolInput<'requests.query'>, { expression, condition }: Measure): Record<string, unknown> {
  const { service, filter, groupBy, stepSeconds, limit } = input;
  return {
    signal: 'traces',
    stepInterval: stepSeconds,
    aggregations: [{ expression }],
    groupBy: groupBy.map((name) => ({ name })),
    filter: allOf([SERVED, condition, equalTo('service.name', service), nested(filter)]),
    limit: limit + 1,
  };
}

/** A bucket without spans is no bucket at all in the answer; of things that are counted there were none. */
function withZeros(series: TimeSeries[], { from, to, stepSeconds }: ToolInput<'requests.query'>): TimeSeries[] {
  const { start, end } = readTimeRange({ from, to });
  const step = stepSeconds * 1000;
  const first = Math.ceil(start / step) * step;
  const times = Array.from(
    { length: Math.max(0, Math.floor((end - first) / step)) },
    (_, index) => first + index * step,
  );
  return series.map((one) => {
    const known = new Map(one.points);
    return { ...one, points: times.map((at): [number, number] => [at, known.get(at) ?? 0]) };
  });
}

/** `query_requests`: rate, errors or duration of the requests of services over time. */
export function queryRequests(client: SignozClient): ToolDefinition {
  return toolFor('requests.query', {
    title: 'Requests of services over time',
    description:
      "Mean duration (ms), number or failures of the requests that services serve, counted from their spans in buckets of `stepSeconds`, one series per service. `filter` is an expression of SigNoz's v5 filter language that is added by AND.",
    run: async (input, { signal }) => {
      const { from, to, measure } = input;
      const { metric, unit, scale } = MEASURES[measure];
      const question = {
        requestType: 'time_series',
        spec: specOf(input, MEASURES[measure]),
        range: { from, to },
      } as const;
      const { result, warning } = await queryRange(client, question, timeSeriesAnswer, signal);
      const { series, hasMore } = cutSeries(readSeries(result, unit, scale), input.limit);
      const data = { metric, series: measure === 'duration' ? series : withZeros(series, input), hasMore, warning };
      return { data, text: describeAll(data) };
    },
  });
}
