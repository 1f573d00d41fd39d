import type { MetricSeries, SpanRow, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import type { PromSeries } from './promql-types.ts';

const SCRAPE_MS = 15_000;
const SERVED = /^(?:Server|Consumer)$/;

const plain = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '_');

/**
 * A world as a Prometheus would have scraped it: the requests of its services as span metrics, CPU and memory of pods as cAdvisor tells
 * them, every other metric under its name with underscores.
 */
export function worldSeries({ spans, metrics }: Pick<TelemetryWorld, 'spans' | 'metrics'>): PromSeries[] {
  const served = spans.filter(({ kind = '' }) => SERVED.test(kind));
  return [...spanMetrics(served), ...serviceGraph(spans), ...metrics.map(scraped)];
}

function spanMetrics(spans: SpanRow[]): PromSeries[] {
  const times = spans.map(({ at }) => at);
  const start = Math.floor(times.reduce((a, b) => Math.min(a, b), Infinity) / SCRAPE_MS) * SCRAPE_MS;
  const end = times.reduce((a, b) => Math.max(a, b), -Infinity) + SCRAPE_MS;
  const groups = Map.groupBy(spans, ({ service, kind, error }) => JSON.stringify([service, kind, error]));
  return [...groups.values()].flatMap((group) => {
    const { service, kind = '', error } = group[0]!;
    const labels = {
      service_name: service,
      span_kind: `SPAN_KIND_${kind.toUpperCase()}`,
      status_code: error ? 'STATUS_CODE_ERROR' : 'STATUS_CODE_UNSET',
    };
    const rows = group.toSorted((a, b) => a.at - b.at);
    const counter = (name: string, weight: (span: SpanRow) => number): PromSeries => ({
      labels: { __name__: `traces_span_metrics_${name}`, ...labels },
      samples: counted(rows, start, end, weight),
    });
    return [
      counter('calls_total', () => 1),
      counter('duration_milliseconds_count', () => 1),
      counter('duration_milliseconds_sum', ({ durationMs }) => durationMs),
    ];
  });
}

/** Calls from one service to another, as the service graph connector counts them. */
function serviceGraph(spans: SpanRow[]): PromSeries[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const called = spans.flatMap((span) => {
    const caller = byId.get(span.parentSpanId)?.service;
    return caller && caller !== span.service ? [{ ...span, caller }] : [];
  });
  if (called.length === 0) return [];
  const times = called.map(({ at }) => at);
  const [start, end] = [
    times.reduce((a, b) => Math.min(a, b)) - SCRAPE_MS,
    times.reduce((a, b) => Math.max(a, b)) + SCRAPE_MS,
  ];
  const groups = Map.groupBy(called, ({ caller, service }) => JSON.stringify([caller, service]));
  return [...groups.values()].flatMap((group) => {
    const { caller: client, service: server } = group[0]!;
    const rows = group.toSorted((a, b) => a.at - b.at);
    const counter = (name: string, own: SpanRow[]): PromSeries => ({
      labels: { __name__: `traces_service_graph_${name}`, client, server },
      samples: counted(own, start, end, () => 1),
    });
    return [
      counter('request_total', rows),
      counter(
        'request_failed_total',
        rows.filter(({ error }) => error),
      ),
    ];
  });
}

/** What had been counted at every scrape. */
function counted(rows: SpanRow[], start: number, end: number, weight: (span: SpanRow) => number): [number, number][] {
  const samples: [number, number][] = [];
  let total = 0;
  let next = 0;
  for (let at = start; at <= end; at += SCRAPE_MS) {
    for (; next < rows.length && rows[next]!.at <= at; next++) total += weight(rows[next]!);
    samples.push([at, total]);
  }
  return samples;
}

function scraped({ metric, labels, points }: MetricSeries): PromSeries {
  const pod = { namespace: labels['k8s.namespace.name'] ?? '', pod: labels['k8s.pod.name'] ?? '', container: 'app' };
  if (metric === 'k8s.pod.cpu.usage') {
    return { labels: { __name__: 'container_cpu_usage_seconds_total', ...pod }, samples: seconds(points) };
  }
  if (metric === 'k8s.pod.memory.working_set') {
    return { labels: { __name__: 'container_memory_working_set_bytes', ...pod }, samples: points };
  }
  const own = Object.entries(labels).map(([name, value]) => [plain(name), value]);
  return { labels: { __name__: plain(metric), ...Object.fromEntries(own) }, samples: points };
}

/** CPU in use, summed up to seconds of CPU. */
function seconds(points: [number, number][]): [number, number][] {
  let total = 0;
  return points.map(([at, value], index): [number, number] => {
    const before = points[index - 1]?.[0] ?? at;
    total += (value * (at - before)) / 1000;
    return [at, total];
  });
}
