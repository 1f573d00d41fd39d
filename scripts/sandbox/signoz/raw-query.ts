import type { LogRow, SpanRow, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { checkKeys, type Fields, matches } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import type { QuerySpec } from './query-request.ts';

const SEVERITY_NUMBERS = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };
const DEFAULT_LIMIT = 100;
const LOG_FIELDS = ['body', 'severity_text', 'severity_number', 'trace_id', 'span_id', 'timestamp', 'id'];
const SPAN_FIELDS = ['parent_span_id', 'status_message', 'kind_string', 'response_status_code'];

type Row = { at: number; fields: Fields; data: () => Record<string, unknown> };

function logFields(row: LogRow): Fields {
  const { body, severity, resource, attributes } = row;
  return { ...resource, ...attributes, body, severity_text: severity, severity_number: SEVERITY_NUMBERS[severity] };
}

function logRow(row: LogRow, index: number): Row {
  const data = () => ({
    id: `0sandbox${String(index).padStart(16, '0')}`,
    timestamp: row.at * 1e6,
    body: row.body,
    severity_text: row.severity,
    severity_number: SEVERITY_NUMBERS[row.severity],
    trace_id: '',
    span_id: '',
    trace_flags: 0,
    attributes_string: row.attributes,
    attributes_number: {},
    attributes_bool: {},
    resources_string: row.resource,
    scope_name: '',
    scope_version: '',
    scope_string: {},
  });
  return { at: row.at, fields: logFields(row), data };
}

function spanFields(row: SpanRow): Fields {
  return {
    ...row.resource,
    ...row.attributes,
    name: row.name,
    trace_id: row.traceId,
    span_id: row.spanId,
    parent_span_id: row.parentSpanId,
    duration_nano: Math.round(row.durationMs * 1e6),
    has_error: row.error,
  };
}

function spanRow(row: SpanRow, spec: QuerySpec): Row {
  const fields = spanFields(row);
  const data = () => {
    const always = { timestamp: new Date(row.at).toISOString(), trace_id: row.traceId, span_id: row.spanId };
    const selected = (spec.selectFields ?? []).map(({ name }) => [name, fields[name] ?? '']);
    return { ...always, ...Object.fromEntries(selected) };
  };
  return { at: row.at, fields, data };
}

function rowsOf(world: TelemetryWorld, spec: QuerySpec): { rows: Row[]; intrinsic: string[] } {
  if (spec.signal === 'logs') return { rows: world.logs.map(logRow), intrinsic: LOG_FIELDS };
  return { rows: world.spans.map((row) => spanRow(row, spec)), intrinsic: SPAN_FIELDS };
}

/** Answers a raw query over logs or spans: filter, order by time, page. */
export function answerRaw(world: TelemetryWorld, spec: QuerySpec, start: number, end: number) {
  const { rows, intrinsic } = rowsOf(world, spec);
  const filter = parseFilter(spec.filter?.expression ?? '');
  checkKeys(filter, new Set([...intrinsic, ...rows.flatMap(({ fields }) => Object.keys(fields))]));
  const found = rows.filter(({ at, fields }) => at >= start && at < end && matches(filter, fields));
  const newestFirst = spec.order?.[0]?.direction !== 'asc';
  const ordered = found.sort((a, b) => (newestFirst ? b.at - a.at : a.at - b.at));
  const { offset = 0, limit = DEFAULT_LIMIT } = spec;
  const page = ordered.slice(offset, offset + limit);
  return {
    queryName: spec.name,
    nextCursor: offset + limit < ordered.length ? String(offset + limit) : '',
    rows: page.map(({ at, data }) => ({ timestamp: new Date(at).toISOString(), data: data() })),
  };
}
