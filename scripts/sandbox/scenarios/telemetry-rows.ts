import { createHash } from 'node:crypto';
import type { LogRow, MetricSeries, SpanRow } from './telemetry-world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** `count` times from `from` to `to`, evenly spread with a fixed jitter, so that a scenario reads the same every time. */
export function spread(from: number, to: number, count: number): number[] {
  const step = (to - from) / count;
  return Array.from({ length: count }, (_, index) => Math.round(from + step * (index + 0.5 + jitter(index) * 0.4)));
}

/** A number in [-1, 1) that only depends on the index. */
export function jitter(index: number): number {
  const x = Math.sin(index * 12.9898 + 78.233) * 43758.5453;
  return (x - Math.floor(x)) * 2 - 1;
}

/** A hexadecimal id that only depends on the seed. */
export function idOf(seed: string, length: number): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, length);
}

export type Where = { service: string; namespace: string; pod?: string };

function resourceOf({ service, namespace, pod }: Where): Record<string, string> {
  const podName: Record<string, string> = pod ? { 'k8s.pod.name': pod } : {};
  return {
    'service.name': service,
    'k8s.namespace.name': namespace,
    'deployment.environment': 'production',
    ...podName,
  };
}

/** One log row. */
export function log(
  at: number,
  where: Where,
  severity: LogRow['severity'],
  body: string,
  attributes: Record<string, string> = {},
): LogRow {
  return { at, service: where.service, severity, body, attributes, resource: resourceOf(where) };
}

export type SpanInput = Pick<SpanRow, 'name' | 'durationMs'> & Partial<SpanRow>;

/** One span; ids follow from the service, the name and the time unless they are given. */
export function span(at: number, where: Where, { name, durationMs, ...more }: SpanInput): SpanRow {
  const seed = `${where.service} ${name} ${at}`;
  return {
    at,
    service: where.service,
    name,
    durationMs: Math.round(durationMs * 1000) / 1000,
    traceId: idOf(seed, 32),
    spanId: idOf(`${seed} span`, 16),
    parentSpanId: '',
    error: false,
    attributes: {},
    resource: resourceOf(where),
    ...more,
  };
}

/** One series with a point per minute over the last `minutes`, as `valueAt` says by minutes before now. */
export function series(
  now: number,
  { metric, unit, labels }: Omit<MetricSeries, 'points'>,
  valueAt: (minutesAgo: number) => number,
  minutes = 120,
): MetricSeries {
  const lastMinute = Math.floor(now / MINUTE) * MINUTE;
  const points = Array.from({ length: minutes + 1 }, (_, index): [number, number] => {
    const minutesAgo = minutes - index;
    return [lastMinute - minutesAgo * MINUTE, Math.round(valueAt(minutesAgo) * 100) / 100];
  });
  return { metric, unit, labels, points };
}

/** A value that rises in a straight line from `before` to `after` between two times (in minutes ago). */
export function ramp(before: number, after: number, startMinutesAgo: number, endMinutesAgo: number) {
  return (minutesAgo: number): number => {
    if (minutesAgo >= startMinutesAgo) return before;
    if (minutesAgo <= endMinutesAgo) return after;
    return before + ((after - before) * (startMinutesAgo - minutesAgo)) / (startMinutesAgo - endMinutesAgo);
  };
}
