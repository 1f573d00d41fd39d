import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import { describeSeries } from '../series-text.ts';
import { queryRange } from './query-range.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTimeRange } from './time-range.ts';
import { readSeries, timeSeriesAnswer } from './time-series.ts';

/** About so many points a series where no step is asked for. */
const POINTS = 250;

const output = z.object({
  stepSeconds: z.number(),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      unit: z.string().nullable(),
      /** [epoch ms, value], oldest first; NaN and the infinities are left out. */
      points: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  ...pageOutput,
  warning: z.string().nullable(),
});

/** `query_promql`: a PromQL expression over time (query type `promql` of the v5 API). */
export function queryPromql(client: SignozClient): ToolDefinition {
  return readingTool({
    name: 'query_promql',
    title: 'Evaluate PromQL over time',
    description:
      'Evaluates a PromQL expression over the metrics that SigNoz keeps. Names with dots go in braces: {"k8s.pod.cpu.usage"}. Without `stepSeconds` the step gives about 250 points.',
    input: z.object({
      query: z.string().min(1).max(20_000).describe('PromQL'),
      from: z.string().describe('ISO 8601'),
      to: z.string().describe('ISO 8601'),
      stepSeconds: z.number().int().min(1).max(604_800).optional(),
      ...pageInput(20, 200),
    }),
    output,
    run: async ({ query, from, to, stepSeconds: wanted, ...page }, { signal }) => {
      const { start, end } = readTimeRange({ from, to });
      const stepSeconds = wanted ?? Math.max(1, Math.ceil((end - start) / 1000 / POINTS));
      const spec = { query, step: stepSeconds, disabled: false, stats: false };
      const question = { requestType: 'time_series', type: 'promql', spec, range: { from, to } } as const;
      const { result, warning } = await queryRange(client, question, timeSeriesAnswer, signal);
      const { items, ...rest } = pageOf(
        listingOf('signoz', 'query_promql', { query, from, to, stepSeconds: wanted }),
        readSeries(result),
        page,
      );
      const text = [
        ...(items.length > 0 ? items.flatMap(describeSeries) : ['no series']),
        ...pageFooter({ items, ...rest }),
        ...(warning === null ? [] : [`SigNoz warns: ${warning}`]),
      ].join('\n');
      return { data: { stepSeconds, series: items, ...rest, warning }, text };
    },
  });
}
