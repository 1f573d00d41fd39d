import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { allOf, equalTo, literal, nested } from './filter-expression.ts';
import { cutRows, queryRange, type RawRow, rawAnswer } from './query-range.ts';
import { asText, footer, oneLine, textFields } from './row-text.ts';
import type { SignozClient } from './signoz-client.ts';
import { readTime } from './time-range.ts';

type Span = CapabilityOutput<'traces.query'>['spans'][number];

const SPAN_FIELDS = ['name', 'duration_nano', 'has_error', 'parent_span_id', 'status_message'];
const RESOURCE_FIELDS = ['service.name', 'k8s.pod.name'];
/** What tells most about a span; stated as text attributes, so that a field nobody sends is empty and no error. */
const ATTRIBUTE_FIELDS = [
  'db.system',
  'db.name',
  'db.statement',
  'db.query.text',
  'server.address',
  'server.port',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'rpc.method',
  'exception.type',
  'exception.message',
];

const field = (fieldContext: string) => (name: string) => ({ name, fieldContext, fieldDataType: 'string' });
const SELECT = [
  ...SPAN_FIELDS.map((name) => ({ name, fieldContext: 'span' })),
  ...RESOURCE_FIELDS.map(field('resource')),
  ...ATTRIBUTE_FIELDS.map(field('attribute')),
];
const ORDERS = {
  newest: [{ key: { name: 'timestamp', fieldContext: 'span' }, direction: 'desc' }],
  slowest: [{ key: { name: 'duration_nano', fieldContext: 'span' }, direction: 'desc' }],
  trace: [{ key: { name: 'trace_id', fieldContext: 'span' }, direction: 'asc' }],
} as const;

function spanFilter(input: ToolInput<'traces.query'>) {
  const { service, filter, operation, errorsOnly, minDurationMs, traceIds } = input;
  return allOf([
    equalTo('service.name', service),
    equalTo('name', operation),
    errorsOnly ? 'has_error = true' : undefined,
    minDurationMs === undefined ? undefined : `duration_nano >= ${Math.round(minDurationMs * 1e6)}`,
    traceIds && `trace_id IN (${traceIds.map(literal).join(', ')})`,
    nested(filter),
  ]);
}

/** Without the trace that the limit cut: half a trace shows callees that took no time and callers that did all the work. */
function wholeTraces(spans: Span[], hasMore: boolean): Span[] {
  const last = spans.at(-1)?.traceId;
  return hasMore && spans.some(({ traceId }) => traceId !== last)
    ? spans.filter(({ traceId }) => traceId !== last)
    : spans;
}

function readSpan({ timestamp, data }: RawRow): Span {
  const { trace_id, span_id, parent_span_id, name, duration_nano, has_error, ...rest } = data;
  const { 'service.name': service = null, timestamp: _, ...attributes } = textFields(rest);
  return {
    at: readTime(timestamp ?? asText(data.timestamp)),
    traceId: asText(trace_id ?? ''),
    spanId: asText(span_id ?? ''),
    parentSpanId: parent_span_id ? asText(parent_span_id) : null,
    service,
    name: asText(name ?? ''),
    durationMs: Math.round(Number(duration_nano ?? 0) / 1e3) / 1e3,
    error: String(has_error) === 'true',
    attributes,
  };
}

function summary(spans: Span[]): string {
  const durations = spans.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const at = (share: number) => durations[Math.ceil(share * durations.length) - 1];
  const errors = spans.filter(({ error }) => error).length;
  return `${spans.length} spans, ${errors} with errors, duration p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

function describe({ spans, hasMore, warning }: CapabilityOutput<'traces.query'>): string {
  const lines = spans.map(({ at, service, name, durationMs, error, attributes, traceId }) => {
    const facts = Object.entries(attributes).map(([key, value]) => `${key}=${oneLine(value, 200)}`);
    return `${at} ${service ?? '-'} ${name} ${durationMs} ms${error ? ' ERROR' : ''} ${facts.join(' ')} trace=${traceId}`;
  });
  const table = lines.length > 0 ? [summary(spans), ...lines] : ['no spans'];
  return [...table, ...footer(hasMore, warning)].join('\n');
}

/** `query_traces`: spans, newest or slowest first, or whole traces by their ids. */
export function queryTraces(client: SignozClient): ToolDefinition {
  return toolFor('traces.query', {
    title: 'Query spans',
    description:
      "Spans in a time range, newest or slowest first (`order`), optionally of one service or operation, only failed ones, only slow ones (`minDurationMs`), or all spans of the traces with these `traceIds`. `filter` is an expression of SigNoz's v5 filter language that is added by AND.",
    run: async (input, { signal }) => {
      const { from, to, limit, traceIds } = input;
      const filter = spanFilter(input);
      const order = ORDERS[traceIds ? 'trace' : (input.order ?? 'newest')];
      const spec = { signal: 'traces', filter, selectFields: SELECT, limit: limit + 1, offset: 0, order };
      const question = { requestType: 'raw', spec, range: { from, to } } as const;
      const { result, warning } = await queryRange(client, question, rawAnswer, signal);
      const { rows, hasMore } = cutRows(result?.rows, limit);
      const spans = rows.map(readSpan);
      const data = { spans: traceIds ? wholeTraces(spans, hasMore) : spans, hasMore, warning };
      return { data, text: describe(data) };
    },
  });
}
