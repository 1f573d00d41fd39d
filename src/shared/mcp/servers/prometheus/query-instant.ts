import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { readIsoTime } from '../iso-range.ts';
import { listingOf, readCursor } from '../page-cursor.ts';
import { offsetPosition, pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { byLabels } from './query-range.ts';
import { queryData, type RawSeries, readNumber, remarksOf, seriesOfData } from './query-results.ts';
import { apiTime } from './time-window.ts';

const histogram = z.object({
  count: z.number().nullable(),
  sum: z.number().nullable(),
  /** [from, to, count] as Prometheus writes them. */
  buckets: z.array(z.tuple([z.string(), z.string(), z.string()])),
});

const output = z.object({
  resultType: z.enum(['vector', 'matrix', 'scalar', 'string']),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      at: z.string().nullable(),
      /** Null for NaN and the infinities, which `text` tells; of a native histogram the mean. */
      value: z.number().nullable(),
      text: z.string(),
      histogram: histogram.nullable(),
    }),
  ),
  ...pageOutput,
  warnings: z.array(z.string()),
});
type Row = z.infer<typeof output>['series'][number];

const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());

function rowsOf(data: z.infer<typeof queryData>): Row[] {
  if (data.resultType === 'string') {
    const [at, text] = data.result;
    return [{ labels: {}, at: iso(at * 1000), value: readNumber(text), text, histogram: null }];
  }
  const plain = plainTexts(data);
  return seriesOfData(data).map((series, index) => rowOf(series, plain[index]));
}

/** The numbers as Prometheus wrote them, which tells NaN from +Inf. */
function plainTexts(data: z.infer<typeof queryData>): (string | undefined)[] {
  if (data.resultType === 'vector') return data.result.map(({ value }) => value?.[1]);
  if (data.resultType === 'matrix') return data.result.map(({ values }) => values?.at(-1)?.[1]);
  return [data.result[1]];
}

function rowOf({ labels, points, histograms }: RawSeries, text: string | undefined): Row {
  const [at, value] = points.at(-1) ?? [];
  const last = histograms.at(-1);
  return {
    labels,
    at: iso(at),
    value: value ?? null,
    text: text ?? (last ? `histogram of ${last.count} with sum ${last.sum}` : ''),
    histogram: last ? { count: last.count, sum: last.sum, buckets: last.buckets } : null,
  };
}

const nameOf = (labels: Record<string, string>) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`;

const pinnedPosition = offsetPosition.extend({ time: z.string().optional() });

/** `query_instant`: a PromQL expression at one time. */
export function queryInstant(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'query_instant',
    title: 'Evaluate PromQL at one time',
    description:
      'Evaluates a PromQL expression at one time (now by default), the largest values first. For a metric over time use query_range.',
    input: z.object({
      query: z.string().min(1).max(20_000).describe('PromQL'),
      time: z.string().optional().describe('ISO 8601; default now'),
      ...pageInput(100, 1000),
    }),
    output,
    run: async ({ query, time, ...page }, { signal }) => {
      const listing = listingOf('prometheus', 'query_instant', { query, time });
      // Every page is of the moment of the first one: now is another with every call.
      const asked = time ?? readCursor(listing, page.cursor, pinnedPosition)?.time;
      const at = asked === undefined ? undefined : apiTime(readIsoTime('prometheus', 'time', asked));
      const parameters = { query, time: at, timeout: client.queryTimeout };
      const answer = await client.read('/query', parameters, queryData, signal);
      const rows = rowsOf(answer.data).sort(
        (a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || byLabels(a, b),
      );
      const { items, ...rest } = pageOf(listing, rows, page, { time: asked ?? rows[0]?.at ?? undefined });
      const warnings = remarksOf(answer);
      const lines = items.map((row) => `${nameOf(row.labels)} ${row.text}${row.at ? ` at ${row.at}` : ''}`);
      const text = [
        ...(lines.length > 0 ? lines : ['no series']),
        ...pageFooter({ items, ...rest }),
        ...warnings.map((warning) => `Prometheus warns: ${warning}`),
      ].join('\n');
      return { data: { resultType: answer.data.resultType, series: items, ...rest, warnings }, text };
    },
  });
}
