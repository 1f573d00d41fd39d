import type { CapabilityOutput } from '../capabilities.ts';
import {
  answerJson,
  findObject,
  isObject,
  isoTime,
  type Json,
  labelsOf,
  listOf,
  textOf,
  unreadable,
} from './answer-json.ts';
import type { ResultReader } from './tool-mapping.ts';

type LogRow = CapabilityOutput<'logs.query'>['rows'][number];
type Span = CapabilityOutput<'traces.query'>['spans'][number];
type Series = CapabilityOutput<'metrics.query'>['series'][number];

/** Logs of SigNoz's own server: the answer of its query API v5, whole. */
export const signozLogs: ResultReader = (result, input) => {
  const rows = rawRows(answerJson(result));
  return { rows: rows.map(signozLogRow), hasMore: rows.length >= Number(input.limit), warning: null };
};

/** Spans of SigNoz's own server. */
export const signozTraces: ResultReader = (result, input) => {
  const rows = rawRows(answerJson(result));
  return { spans: rows.map(signozSpan), hasMore: rows.length >= Number(input.limit), warning: null };
};

/** Series of SigNoz's own server; buckets that the range cuts are left out, since they read like a fall. */
export const signozMetrics: ResultReader = (result, input) => {
  const found = findObject(answerJson(result), ({ results }) => Array.isArray(results));
  const aggregations = listOf(found?.results).flatMap((one) => listOf(one.aggregations));
  const series = aggregations.flatMap(({ series, meta }) => {
    const unit = isObject(meta) ? textOf(meta.unit) : null;
    return listOf(series).map((one) => signozSeries(one, unit));
  });
  return { metric: String(input.metric), series, warning: signozWarnings(result.text) };
};

/** Log lines of Loki as Grafana's server gives them: a list of { timestamp, line, labels }, bare or as `data`. */
export const lokiLogs: ResultReader = (result, input) => {
  const json = answerJson(result);
  const rows = listOf(Array.isArray(json) ? json : ((json as Json).data ?? (json as Json).results)).map(lokiRow);
  // The server has a limit of its own, 100 lines by default, and says whether it has cut.
  const cut = isObject(json) && isObject(json.metadata) ? json.metadata.resultsTruncated === true : false;
  return { rows, hasMore: cut || rows.length >= Number(input.limit), warning: null };
};

/** A Prometheus matrix or vector, bare or inside of the API's answer. */
export const prometheusSeries: ResultReader = (result, input) => {
  const json = answerJson(result);
  const inner = findObject(json, ({ result: list }) => Array.isArray(list))?.result;
  const list = listOf(Array.isArray(json) ? json : (inner ?? (json as Json).data));
  return { metric: String(input.metric), series: list.map(prometheusOne), warning: null };
};

/** What signoz_query_metrics writes above the answer where a result may mislead; null where it warns of nothing. */
function signozWarnings(text: string): string | null {
  const [decisions = '', answer] = text.split('\n---\n', 2);
  if (answer === undefined) return null;
  const warnings = [...decisions.matchAll(/^\s*WARNING: (.+)$/gm)].map(([, warning]) => warning!.slice(0, 300));
  return warnings.length > 0 ? warnings.join('; ') : null;
}

function rawRows(json: unknown): Json[] {
  const found = findObject(json, ({ results }) => Array.isArray(results));
  if (!found) throw unreadable('its answer has no "results", which the query API v5 has');
  return listOf(found.results).flatMap(({ rows }) => listOf(rows));
}

function signozLogRow({ timestamp, data }: Json): LogRow {
  const { body, severity_text, resources_string, attributes_string, attributes_number, trace_id, ...rest } =
    data as Json;
  const { 'service.name': service = null, ...resource } = labelsOf(resources_string);
  return {
    at: isoTime(timestamp ?? rest.timestamp),
    severity: textOf(severity_text),
    service,
    body: textOf(body) ?? '',
    attributes: { ...resource, ...labelsOf(attributes_string, attributes_number, { trace_id }) },
  };
}

function signozSpan({ timestamp, data }: Json): Span {
  // Releases before the attributes' renaming have other names for the same.
  const {
    traceID,
    spanID,
    parentSpanID,
    durationNano,
    hasError,
    trace_id = traceID,
    span_id = spanID,
    parent_span_id = parentSpanID,
    name,
    duration_nano = durationNano,
    has_error = hasError,
    ...rest
  } = data as Json;
  const { 'service.name': service = null, timestamp: at, ...attributes } = labelsOf(rest);
  return {
    at: isoTime(timestamp ?? at),
    traceId: textOf(trace_id) ?? '',
    spanId: textOf(span_id) ?? '',
    parentSpanId: textOf(parent_span_id),
    service,
    name: textOf(name) ?? '',
    durationMs: Math.round(Number(duration_nano ?? 0) / 1e3) / 1e3,
    error: String(has_error) === 'true',
    attributes,
  };
}

function signozSeries({ labels, values }: Json, unit: string | null): Series {
  const named = listOf(labels).map(({ key, value }) => [isObject(key) ? String(key.name) : '', textOf(value) ?? '']);
  const points = listOf(values).filter(({ partial, value }) => partial !== true && typeof value === 'number');
  return {
    labels: Object.fromEntries(named),
    unit,
    points: points.map(({ timestamp, value }) => [Number(timestamp), Number(value)]),
  };
}

function lokiRow({ timestamp, line, value, labels, structuredMetadata, parsed }: Json): LogRow {
  const all = labelsOf(labels, structuredMetadata, parsed);
  return {
    at: isoTime(timestamp),
    severity: all.level ?? all.detected_level ?? all.severity ?? null,
    service: all.service_name ?? all.service ?? all.app ?? null,
    body: textOf(line ?? value) ?? '',
    attributes: all,
  };
}

function prometheusOne({ metric, values, value }: Json): Series {
  const points = (Array.isArray(values) ? values : [value]) as [unknown, unknown][];
  return {
    labels: labelsOf(metric),
    unit: null,
    points: points
      .map(([at, number]): [number, number] => [Math.round(Number(at) * 1000), Number(number)])
      .filter(([at, number]) => Number.isFinite(at) && Number.isFinite(number)),
  };
}
