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
export type Row<Source> = { at: number; id: string; fields: Fields; source: Source };
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

const logId = (row: LogRow) => idOf(`${row.at} ${row.body}`, 27);

function logData(row: LogRow): Record<string, unknown> {
  const { trace_id = '', ...attributes } = row.attributes;
  return {
    id: logId(row),
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
  idOfRow: (source: Source) => string,
  intrinsic: string[],
): Rows<Source> {
  const rows = sources.map((source) => ({ at: source.at, id: idOfRow(source), fields: fieldsOf(source), source }));
  return { rows, known: new Set([...intrinsic, ...rows.flatMap(({ fields }) => Object.keys(fields))]) };
}

type Index = { logs: Rows<LogRow>; spans: Rows<SpanRow> };
const indexes = new WeakMap<TelemetryWorld, Index>();

/** The rows of a world as filters see them, made once per world. */
export function indexOf(world: TelemetryWorld): Index {
  const existing = indexes.get(world);
  if (existing) return existing;
  const index = {
    logs: indexed(world.logs, logFields, logId, LOG_FIELDS),
    spans: indexed(world.spans, spanFields, ({ spanId }) => spanId, SPAN_FIELDS),
  };
  indexes.set(world, index);
  return index;
}

type Page<Source> = { rows: Row<Source>[]; nextCursor: string };

type Order = NonNullable<QuerySpec['order']>;
const NEWEST_FIRST: Order = [{ key: { name: 'timestamp' }, direction: 'desc' }];

/** By every key of the order, newest first where there is none. */
function inOrder<Source>(order: Order): (a: Row<Source>, b: Row<Source>) => number {
  const value = (row: Row<Source>, name: string) => {
    if (name === 'timestamp') return row.at;
    return name === 'id' ? row.id : (row.fields[plainKey(name)] ?? '');
  };
  return (a, b) => {
    for (const { key, direction } of order) {
      const [left, right] = [value(a, key.name), value(b, key.name)];
      if (left !== right) return left < right === (direction === 'asc') ? -1 : 1;
    }
    return 0;
  };
}

/**
 * Lists by time (logs by time and id, both in one direction) are the only ones that SigNoz gives a cursor for: the last row's time in
 * ms, before which, or behind which, the next page begins. Rows of the same ms that did not fit on the page are lost.
 */
function isByTime({ signal }: QuerySpec, order: Order): boolean {
  const [first, second] = order;
  if (first?.key.name !== 'timestamp') return false;
  return signal !== 'logs' || (order.length === 2 && second?.key.name === 'id' && second.direction === first.direction);
}

const encodeTime = (at: number) => Buffer.from(String(at)).toString('base64');
const decodeTime = (cursor: string) => Number(Buffer.from(cursor, 'base64').toString('utf8') || Number.NaN);

/** The range as the cursor leaves it; one that cannot be read is ignored, as SigNoz does. */
function rangeOf({ cursor = '' }: QuerySpec, order: Order, start: number, end: number): [number, number] {
  const at = decodeTime(cursor);
  if (Number.isNaN(at)) return [start, end];
  // `end` is not in the range, so that it is the cursor's own time that the newest-first list goes on before.
  return order[0]?.direction === 'asc' ? [Math.max(start, at + 1), end] : [start, Math.min(end, at)];
}

function select<Source>({ rows, known }: Rows<Source>, spec: QuerySpec, start: number, end: number): Page<Source> {
  const filter = parseFilter(spec.filter?.expression ?? '');
  checkKeys(filter, known);
  const { offset = 0, limit = DEFAULT_LIMIT, order = NEWEST_FIRST } = spec;
  const hasCursor = isByTime(spec, order);
  const [from, to] = hasCursor ? rangeOf(spec, order, start, end) : [start, end];
  const found = rows.filter(({ at, fields }) => at >= from && at < to && matches(filter, fields));
  const page = found.sort(inOrder(order)).slice(offset, offset + limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: hasCursor && last && page.length === limit ? encodeTime(last.at) : '' };
}

function answer<Source>({ rows, nextCursor }: Page<Source>, queryName: string, dataOf: (row: Row<Source>) => unknown) {
  const shown = rows.map((row) => ({ timestamp: new Date(row.at).toISOString(), data: dataOf(row) }));
  return { queryName, nextCursor, rows: shown };
}

/** Answers a raw query over logs or spans: filter, order, page. */
export function answerRaw(world: TelemetryWorld, spec: QuerySpec, start: number, end: number) {
  const { logs, spans } = indexOf(world);
  if (spec.signal === 'logs') return answer(select(logs, spec, start, end), spec.name, ({ source }) => logData(source));
  const page = select(spans, spec, start, end);
  return answer(page, spec.name, ({ source, fields }) => spanData(source, fields, spec));
}
