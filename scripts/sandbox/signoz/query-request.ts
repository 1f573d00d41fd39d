import { z } from 'zod';
import { SignozRefusal } from './signoz-refusal.ts';

const fieldKey = z.strictObject({
  name: z.string(),
  fieldContext: z.string().optional(),
  fieldDataType: z.string().optional(),
  signal: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
});

const spec = z.strictObject({
  name: z.string(),
  signal: z.enum(['logs', 'traces', 'metrics']),
  source: z.string().optional(),
  disabled: z.boolean().optional(),
  stepInterval: z.union([z.number(), z.string()]).optional(),
  aggregations: z
    .array(
      z.strictObject({
        metricName: z.string().optional(),
        temporality: z.string().optional(),
        timeAggregation: z.string().optional(),
        spaceAggregation: z.string().optional(),
        reduceTo: z.string().optional(),
        expression: z.string().optional(),
        alias: z.string().optional(),
      }),
    )
    .optional(),
  filter: z.strictObject({ expression: z.string() }).optional(),
  groupBy: z.array(fieldKey).optional(),
  order: z.array(z.strictObject({ key: fieldKey, direction: z.enum(['asc', 'desc']) })).optional(),
  selectFields: z.array(fieldKey).optional(),
  limit: z.number().int().nonnegative().optional(),
  offset: z.number().int().nonnegative().optional(),
  cursor: z.string().optional(),
  having: z.strictObject({ expression: z.string() }).optional(),
  legend: z.string().optional(),
});

const request = z.strictObject({
  schemaVersion: z.string().optional(),
  start: z.number().int(),
  end: z.number().int(),
  requestType: z.enum(['raw', 'scalar', 'time_series', 'trace', 'distribution']),
  compositeQuery: z.strictObject({
    queries: z.array(z.strictObject({ type: z.string(), spec: z.unknown() })).min(1),
  }),
  variables: z.record(z.string(), z.unknown()).optional(),
  formatOptions: z.record(z.string(), z.unknown()).optional(),
  noCache: z.boolean().optional(),
});

const promSpec = z.strictObject({
  name: z.string(),
  query: z.string(),
  disabled: z.boolean().optional(),
  step: z.union([z.number(), z.string()]).optional(),
  stats: z.boolean().optional(),
  legend: z.string().optional(),
});

export type QuerySpec = z.infer<typeof spec>;
export type PromSpec = z.infer<typeof promSpec>;
export type QueryRequest = { start: number; end: number; requestType: string; queries: (QuerySpec | PromSpec)[] };

function complaintsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown field "${issue.keys[0]}"`
      : `${issue.path.join('.') || 'body'}: ${issue.message}`,
  );
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const complaints = complaintsOf(result.error);
  throw new SignozRefusal('invalid_input', `invalid request: ${complaints[0]}`, complaints);
}

/** Reads the body of POST /api/v5/query_range; throws SignozRefusal for unknown fields and impossible ranges. */
export function readQueryRequest(body: Buffer): QueryRequest {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new SignozRefusal('invalid_input', 'failed to decode request body');
  }
  const { start, end, requestType, compositeQuery } = checked(request, json);
  if (start >= end) throw new SignozRefusal('invalid_input', 'start time must be before end time');
  const queries = compositeQuery.queries.map(({ type, spec: inner }) => {
    if (type === 'promql') return checked(promSpec, inner);
    if (type !== 'builder_query') throw new SignozRefusal('invalid_input', `query type ${type} is not simulated`);
    return checked(spec, inner);
  });
  return { start, end, requestType, queries };
}
