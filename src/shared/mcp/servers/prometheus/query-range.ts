import { z } from 'zod';
import type { ToolDefinition } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { pageFooter, pageInput, pageOf, pageOutput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import { describeSeries } from '../series-text.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { finitePoints, queryData, type RawSeries, remarksOf, seriesOfData } from './query-results.ts';
import { apiTime, stepWarning, type TimeWindow, timeWindow } from './time-window.ts';

const output = z.object({
  stepSeconds: z.number(),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      /** [epoch ms, value], oldest first; null for NaN and the infinities, of native histograms the mean. */
      points: z.array(z.tuple([z.number(), z.number().nullable()])),
    }),
  ),
  ...pageOutput,
  warnings: z.array(z.string()),
});

/** An expression over a window; the answer's series with the largest values first. Throws DependencyError. */
export async function askRange(
  client: PrometheusClient,
  query: string,
  { start, end, stepSeconds }: TimeWindow,
  signal: AbortSignal,
): Promise<{ series: RawSeries[]; remarks: string[] }> {
  const times = { start: apiTime(start), end: apiTime(end), step: stepSeconds };
  const answer = await client.read(
    '/query_range',
    { query, ...times, timeout: client.queryTimeout },
    queryData,
    signal,
  );
  return { series: largestFirst(seriesOfData(answer.data)), remarks: remarksOf(answer) };
}

/** An order of series that are otherwise alike. */
export function byLabels(a: { labels: Record<string, string> }, b: { labels: Record<string, string> }): number {
  const [left, right] = [a, b].map(({ labels }) => JSON.stringify(Object.entries(labels).sort()));
  return left! < right! ? -1 : Number(left! > right!);
}

/** Series by their highest point, and by their labels where that is the same: Prometheus promises no order. */
export function largestFirst<T extends { labels: Record<string, string>; points: [number, number | null][] }>(
  series: T[],
): T[] {
  const highest = new Map(
    series.map((one) => [one, one.points.reduce((top, [, value]) => Math.max(top, value ?? -Infinity), -Infinity)]),
  );
  return series.toSorted((a, b) => highest.get(b)! - highest.get(a)! || byLabels(a, b));
}

/** `query_range`: a PromQL expression over time. */
export function queryRange(client: PrometheusClient): ToolDefinition {
  return readingTool({
    name: 'query_range',
    title: 'Evaluate PromQL over time',
    description:
      'Evaluates a PromQL expression over a time range, the series with the largest values first. Without `stepSeconds` the step gives about 250 points; a step that would give too many is raised, and `warnings` says so.',
    input: z.object({
      query: z.string().min(1).max(20_000).describe('PromQL'),
      from: z.string().describe('ISO 8601'),
      to: z.string().describe('ISO 8601'),
      stepSeconds: z.number().int().min(1).max(604_800).optional(),
      ...pageInput(20, 200),
    }),
    output,
    run: async ({ query, from, to, stepSeconds, ...page }, { signal }) => {
      const window = timeWindow({ from, to }, stepSeconds);
      const { series, remarks } = await askRange(client, query, window, signal);
      const { items, ...rest } = pageOf(
        listingOf('prometheus', 'query_range', { query, from, to, stepSeconds }),
        series,
        page,
      );
      const warnings = [...remarks, ...stepWarning(window)];
      const text = [
        ...(items.length > 0 ? items.flatMap(describe) : ['no series']),
        ...pageFooter({ items, ...rest }),
        ...warnings.map((warning) => `Prometheus warns: ${warning}`),
      ].join('\n');
      const shown = items.map(({ labels, points }) => ({ labels, points }));
      return { data: { stepSeconds: window.stepSeconds, series: shown, ...rest, warnings }, text };
    },
  });
}

function describe({ labels, points }: RawSeries): string[] {
  const { points: finite, lost } = finitePoints(points);
  const note = lost > 0 ? [`  (${lost} points are NaN or infinite)`] : [];
  return [...describeSeries({ labels, unit: null, points: finite }), ...note];
}
