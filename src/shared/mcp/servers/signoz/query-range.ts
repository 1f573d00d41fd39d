import { z } from 'zod';
import type { SignozClient } from './signoz-client.ts';
import { readTimeRange } from './time-range.ts';

const PATH = '/api/v5/query_range';

const warning = z.object({ message: z.string(), warnings: z.array(z.object({ message: z.string() })).nullish() });

/** The schema of an answer with these results; made once per kind of result, because zod compiles every new schema. */
export function rangeAnswer<T>(result: z.ZodType<T>) {
  return z.object({ data: z.object({ results: z.array(result).nullish() }), warning: warning.nullish() });
}

export type Range = { from: string; to: string };
export type QueryAnswer<T> = { result: T | null; warning: string | null };

function warningText(told: z.infer<typeof warning> | null | undefined): string | null {
  if (!told) return null;
  const parts = [told.message, ...(told.warnings ?? []).map(({ message }) => message)];
  return [...new Set(parts.filter(Boolean))].join('; ') || null;
}

/** Asks one query over a range (POST /api/v5/query_range), of the builder by default; a partial answer's warning is handed on. */
export async function queryRange<T>(
  client: SignozClient,
  question: {
    requestType: 'raw' | 'time_series';
    type?: 'builder_query' | 'promql';
    spec: Record<string, unknown>;
    range: Range;
  },
  schema: ReturnType<typeof rangeAnswer<T>>,
  signal: AbortSignal,
): Promise<QueryAnswer<T>> {
  const { requestType, type = 'builder_query', spec, range } = question;
  const queries = [{ type, spec: { name: 'A', ...spec } }];
  const body = { schemaVersion: 'v1', ...readTimeRange(range), requestType, compositeQuery: { queries } };
  const answer = await client.post(PATH, body, schema, signal);
  return { result: answer.data.results?.[0] ?? null, warning: warningText(answer.warning) };
}

const row = z.object({
  timestamp: z.union([z.string(), z.number()]).nullish(),
  data: z.record(z.string(), z.unknown()),
});
export type RawRow = z.infer<typeof row>;

/** The answer to a raw query. */
export const rawAnswer = rangeAnswer(z.object({ rows: z.array(row).nullish() }));

/** One row more than wanted is asked for: whether it comes says if there are more. */
export function cutRows(rows: RawRow[] | null | undefined, limit: number): { rows: RawRow[]; hasMore: boolean } {
  const all = rows ?? [];
  return { rows: all.slice(0, limit), hasMore: all.length > limit };
}

/**
 * The rows that a raw query gives a page by: `offset`, over an order without ties. SigNoz' own `cursor` is a time in whole ms, before
 * which it goes on, so that of rows of one millisecond those behind the end of a page are lost.
 */
export const pageOfRows = (offset: number, limit: number) => ({ offset, limit: limit + 1 });
