import type { MetricSeries, TelemetryWorld } from '../scenarios/telemetry-world.ts';
import { checkKeys, matches, plainKey } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import type { QuerySpec } from './query-request.ts';
import { SignozRefusal } from './signoz-refusal.ts';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

const AGGREGATE: Record<string, (values: number[]) => number> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  latest: (values) => values.at(-1)!,
};

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export function aggregate(kind: string, values: number[]): number {
  const [, digits] = /^p(\d{2})$/.exec(kind) ?? [];
  if (digits) return percentile(values, Number(digits) / 100);
  const run = AGGREGATE[kind];
  if (!run) throw new SignozRefusal('invalid_input', `invalid aggregation: ${kind}`);
  return run(values);
}

/** The change per second (`rate`) or as such (`increase`) from one bucket to the next; a fall is a restart. */
function differences(points: [number, number][], kind: string, stepMs: number): [number, number][] {
  const divisor = kind === 'rate' ? stepMs / 1000 : 1;
  return points.slice(1).map(([at, value], index) => {
    const before = points[index]![1];
    return [at, (value >= before ? value - before : value) / divisor];
  });
}

function bucketed(points: [number, number][], stepMs: number, kind: string): [number, number][] {
  const buckets = new Map<number, number[]>();
  for (const [at, value] of points) {
    const bucket = Math.floor(at / stepMs) * stepMs;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), value]);
  }
  const isCounter = kind === 'rate' || kind === 'increase';
  const merged = [...buckets].map(([at, values]): [number, number] => [
    at,
    aggregate(isCounter ? 'latest' : kind || 'avg', values),
  ]);
  return isCounter ? differences(merged, kind, stepMs) : merged;
}

function merge(all: [number, number][][], kind: string): [number, number][] {
  const buckets = new Map<number, number[]>();
  for (const [at, value] of all.flat()) buckets.set(at, [...(buckets.get(at) ?? []), value]);
  return [...buckets].sort(([a], [b]) => a - b).map(([at, values]) => [at, aggregate(kind, values)]);
}

function groupsOf(found: MetricSeries[], groupBy: string[]): Map<string, MetricSeries[]> {
  const groups = new Map<string, MetricSeries[]>();
  for (const one of found) {
    const key = JSON.stringify(groupBy.map((name) => one.labels[name] ?? ''));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

function seriesNamed(world: TelemetryWorld, metric: string): MetricSeries[] {
  const found = world.metrics.filter((one) => one.metric === metric);
  if (found.length === 0) throw new SignozRefusal('not_found', `could not find the metric ${metric}`);
  return found;
}

export const isPartial = (at: number, stepMs: number, start: number, end: number) => at < start || at + stepMs > end;

/** Answers a time series query over one metric: filter, buckets in time, then the series of a group as one. */
export function answerTimeSeries(world: TelemetryWorld, spec: QuerySpec, start: number, end: number) {
  const [wanted] = spec.aggregations ?? [];
  if (!wanted?.metricName) throw new SignozRefusal('invalid_input', 'metric name is required for metric aggregation');
  const named = seriesNamed(world, wanted.metricName);
  const filter = parseFilter(spec.filter?.expression ?? '');
  checkKeys(filter, new Set(named.flatMap(({ labels }) => Object.keys(labels))));
  const stepMs = Number(spec.stepInterval ?? 60) * 1000;
  const groupBy = (spec.groupBy ?? []).map(({ name }) => plainKey(name));
  const found = named.filter(({ labels }) => matches(filter, labels));
  const inRange = (points: [number, number][]) => points.filter(([at]) => at >= start && at < end);
  const seriesOf = ([key, group]: [string, MetricSeries[]]) => {
    const values = JSON.parse(key) as string[];
    const each = group.map(({ points }) => bucketed(inRange(points), stepMs, wanted.timeAggregation ?? ''));
    return {
      labels: groupBy.map((name, index) => ({ key: { name }, value: values[index] })),
      values: merge(each, wanted.spaceAggregation || 'avg').map(([timestamp, value]) => ({
        timestamp,
        value,
        ...(isPartial(timestamp, stepMs, start, end) ? { partial: true } : {}),
      })),
    };
  };
  const all = [...groupsOf(found, groupBy)].map(seriesOf).filter(({ values }) => values.length > 0);
  const total = ({ values }: (typeof all)[number]) => values.reduce((sum, { value }) => sum + value, 0);
  const series = spec.limit ? all.sort((a, b) => total(b) - total(a)).slice(0, spec.limit) : all;
  const meta = { unit: named[0]!.unit };
  return { queryName: spec.name, aggregations: [{ index: 0, alias: '__result_0', meta, series }] };
}
