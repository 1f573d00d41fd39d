import type { PromSeries } from '../../scripts/sandbox/prometheus/promql-types.ts';

const STEP_MS = 15_000;

/** One series with a sample every 15 s from `from` to `to` (epoch ms). */
export function sampled(
  name: string,
  labels: Record<string, string>,
  { from, to }: { from: number; to: number },
  valueAt: (secondsIn: number) => number,
): PromSeries {
  const count = Math.floor((to - from) / STEP_MS) + 1;
  const samples = Array.from({ length: count }, (_, index): [number, number] => [
    from + index * STEP_MS,
    valueAt((index * STEP_MS) / 1000),
  ]);
  return { labels: { __name__: name, ...labels }, samples };
}

/** The series in the text form of OpenMetrics, with a time at every sample. */
export function openMetricsOf(series: readonly PromSeries[]): string {
  const families = Map.groupBy(series, ({ labels }) => labels.__name__);
  const lines = [...families.values()].flat().flatMap(({ labels: { __name__: name, ...labels }, samples }) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return samples.map(([at, value]) => `${name}{${pairs.join(',')}} ${textOf(value)} ${at / 1000}`);
  });
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

const textOf = (value: number) => (value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value));
