import { idOf } from '../scenarios/telemetry-rows.ts';
import type { LogRow, SpanRow, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { checkKeys, type Fields, matches, plainKey } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import type { QuerySpec } from './query-request.ts';

const SEVERITY_NUMBERS = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };
const DEFAULT_LIMIT = 100;
const LOG_FIELDS = ['body', 'severity_text', 'severity_number', 'trace_id', 'span_id', 'timestamp', 'id'];
const SPAN_FIELDS = ['parent_span_id', 'status_message', 'kind_string', 'response_status_code'];

/** A row of the world with the fields that filters see. */
export type Row<Source> = { at: number; fields: Fields; source: Source };
export type Rows<Source> = { rows: Row<Source>[]; known: ReadonlySet<string> };

function logFields(row: LogRow): Fields {
  const { body, severity, resource, attributes } = row;
  return {
    trace_id: '',
    ...resource,
    ...attributes,
    body,
    severity_text: severity,
    severity_number: SEVERITY_NUMBERS[severity],
  };
}

function logData(row: LogRow): Record<string, unknown> {
  const { trace_id = '', ...attributes } = row.attributes;
  return {
    id: idOf(`${row.at} ${row.body}`, 27),
    timestamp: row.at * 1e6,
    body: row.body,
    severity_text: row.severity,
    severity_number: SEVERITY_NUMBERS[row.severity],
    trace_id,
    span_id: '',
    trace_flags: 0,
    attributes_string: attributes,
    attributes_number: {},
    attributes_bool: {},
    resources_string: row.resource,
    scope_name: '',
    scope_version: '',
    scope_string: {},
  };
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
    kind_string: row.kind ?? 'Internal',
  };
}

function spanData({ at, traceId, spanId }: SpanRow, fields: Fields, spec: QuerySpec): Record<string, unknown> {
  const always = { timestamp: new Date(at).toISOString(), trace_id: traceId, span_id: spanId };
  const selected = (spec.selectFields ?? []).map(({ name }) => [name, fields[name] ?? '']);
  return { ...always, ...Object.fromEntries(selected) };
}

function indexed<Source extends { at: number }>(
  sources: Source[],
  fieldsOf: (source: Source) => Fields,
  intrinsic: string[],
): Rows<Source> {
  const rows = sources.map((source) => ({ at: source.at, fields: fieldsOf(source), source }));
  return { rows, known: new Set([...intrinsic, ...rows.flatMap(({ fields }) => Object.keys(fields))]) };
}

type Index = { logs: Rows<LogRow>; spans: Rows<SpanRow> };
const indexes = new WeakMap<TelemetryWorld, Index>();

/** The rows of a world as filters see them, made once per world. */
export function indexOf(world: TelemetryWorld): Index {
  const existing = indexes.get(world);
  if (existing) return existing;
  const index = {
    logs: indexed(world.logs, logFields, LOG_FIELDS),
    spans: indexed(world.spans, spanFields, SPAN_FIELDS),
  };
  indexes.set(world, index);
  return index;
}

type Page<Source> = { rows: Row<Source>[]; nextCursor: string };

/** By the first key of the order, newest first where there is none; rows of one value by time, newest first. */
function inOrder<Source>({ order }: QuerySpec): (a: Row<Source>, b: Row<Source>) => number {
  const [{ key, direction } = { key: { name: 'timestamp' }, direction: 'desc' as const }] = order ?? [];
  const sign = direction === 'asc' ? 1 : -1;
  if (key.name === 'timestamp') return (a, b) => sign * (a.at - b.at);
  const value = ({ fields }: Row<Source>) => fields[plainKey(key.name)] ?? '';
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    return left === right ? b.at - a.at : left < right ? -sign : sign;
  };
}

function select<Source>({ rows, known }: Rows<Source>, spec: QuerySpec, start: number, end: number): Page<Source> {
  const filter = parseFilter(spec.filter?.expression ?? '');
  checkKeys(filter, known);
  const found = rows.filter(({ at, fields }) => at >= start && at < end && matches(filter, fields));
  const ordered = found.sort(inOrder(spec));
  const { offset = 0, limit = DEFAULT_LIMIT } = spec;
  const next = offset + limit;
  return { rows: ordered.slice(offset, next), nextCursor: next < ordered.length ? String(next) : '' };
}

function answer<Source>({ rows, nextCursor }: Page<Source>, queryName: string, dataOf: (row: Row<Source>) => unknown) {
  const shown = rows.map((row) => ({ timestamp: new Date(row.at).toISOString(), data: dataOf(row) }));
  return { queryName, nextCursor, rows: shown };
}

/** Answers a raw query over logs or spans: filter, order by time, page. */
export function answerRaw(world: TelemetryWorld, spec: QuerySpec, start: number, end: number) {
  const { logs, spans } = indexOf(world);
  if (spec.signal === 'logs') return answer(select(logs, spec, start, end), spec.name, ({ source }) => logData(source));
  const page = select(spans, spec, start, end);
  return answer(page, spec.name, ({ source, fields }) => spanData(source, fields, spec));
}
