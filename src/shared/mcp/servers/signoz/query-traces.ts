import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { offsetPosition } from '../page-of.ts';
import { allOf, equalTo, literal, nested } from './filter-expression.ts';
import { cutRows, pageOfRows, queryRange, type RawRow, rawAnswer } from './query-range.ts';
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
const by = (name: string, direction: 'asc' | 'desc') => ({ key: { name, fieldContext: 'span' }, direction });
/** Without ties, so that every page begins where the one before has ended. */
const ORDERS = {
  newest: [by('timestamp', 'desc'), by('span_id', 'desc')],
  slowest: [by('duration_nano', 'desc'), by('span_id', 'desc')],
  trace: [by('trace_id', 'asc'), by('timestamp', 'asc'), by('span_id', 'asc')],
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

/** Without the trace that the limit cut, which the next page begins with: half a trace shows callees that took no time and callers that did all the work. */
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

function describe({ spans, nextCursor, warning }: CapabilityOutput<'traces.query'>): string {
  const lines = spans.map(({ at, service, name, durationMs, error, attributes, traceId }) => {
    const facts = Object.entries(attributes).map(([key, value]) => `${key}=${oneLine(value, 200)}`);
    return `${at} ${service ?? '-'} ${name} ${durationMs} ms${error ? ' ERROR' : ''} ${facts.join(' ')} trace=${traceId}`;
  });
  const table = lines.length > 0 ? [summary(spans), ...lines] : ['no spans'];
  return [...table, ...footer(nextCursor, warning)].join('\n');
}

/** `query_traces`: spans, newest or slowest first, or whole traces by their ids. */
export function queryTraces(client: SignozClient): ToolDefinition {
  return toolFor('traces.query', {
    title: 'Query spans',
    description:
      "Spans in a time range, newest or slowest first (`order`), page by page, optionally of one service or operation, only failed ones, only slow ones (`minDurationMs`), or all spans of the traces with these `traceIds`. `filter` is an expression of SigNoz's v5 filter language that is added by AND.",
    run: async (input, { signal }) => {
      const { from, to, limit, traceIds, cursor } = input;
      const listing = listingOf('signoz', 'query_traces', input);
      const start = readCursor(listing, cursor, offsetPosition)?.after ?? 0;
      const filter = spanFilter(input);
      const order = ORDERS[traceIds ? 'trace' : (input.order ?? 'newest')];
      const spec = { signal: 'traces', filter, selectFields: SELECT, ...pageOfRows(start, limit), order };
      const question = { requestType: 'raw', spec, range: { from, to } } as const;
      const { result, warning } = await queryRange(client, question, rawAnswer, signal);
      const { rows, hasMore } = cutRows(result?.rows, limit);
      const read = rows.map(readSpan);
      const spans = traceIds ? wholeTraces(read, hasMore) : read;
      const nextCursor = hasMore ? writeCursor(listing, { after: start + spans.length }) : null;
      const data = { spans, hasMore, nextCursor, warning };
      return { data, text: describe(data) };
    },
  });
}
