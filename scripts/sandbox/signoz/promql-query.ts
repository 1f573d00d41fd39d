import { elementsOf, evaluate } from '../prometheus/evaluate-promql.ts';
import { parsePromql } from '../prometheus/parse-promql.ts';
import { PrometheusRefusal } from '../prometheus/prometheus-refusal.ts';
import { worldSeries } from '../prometheus/world-series.ts';
import type { TelemetryWorld } from '../scenarios/telemetry-world.ts';
import type { PromSpec } from './query-request.ts';
import { SignozRefusal } from './signoz-refusal.ts';

/** Numbers as SigNoz writes them. */
const numberOf = (value: number): number | string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? 'Inf' : value === -Infinity ? '-Inf' : value;

/** A metric by its own name, dots and all, stands in braces (Prometheus 3); our series have underscores. */
const withPlainNames = (query: string): string =>
  query.replace(
    /\{\s*"([^"]+)"\s*(,|\})/g,
    (_, metric: string, end: string) => `${metric.replace(/\W/g, '_')}{${end === ',' ? '' : end}`,
  );

/** Answers an expression over the world's series, evaluated at every step. */
export function answerPromql(world: TelemetryWorld, { name, query, step }: PromSpec, start: number, end: number) {
  const series = new Map<string, { labels: Record<string, string>; values: [number, number][] }>();
  const stepMs = Number(step ?? 60) * 1000;
  try {
    const node = parsePromql(withPlainNames(query));
    const known = worldSeries(world);
    for (let at = Math.ceil(start / stepMs) * stepMs; at <= end; at += stepMs) {
      for (const { labels, value } of elementsOf(evaluate(node, known, at))) {
        const key = JSON.stringify(labels);
        const one = series.get(key) ?? { labels, values: [] };
        one.values.push([at, value]);
        series.set(key, one);
      }
    }
  } catch (error) {
    if (error instanceof PrometheusRefusal) throw new SignozRefusal('invalid_input', error.message);
    throw error;
  }
  const all = [...series.values()].map(({ labels, values }) => ({
    labels: Object.entries(labels).map(([key, value]) => ({ key: { name: key }, value })),
    values: values.map(([timestamp, value]) => ({ timestamp, value: numberOf(value) })),
  }));
  return { queryName: name, aggregations: [{ index: 0, alias: '__result_0', meta: {}, series: all }] };
}
