import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isRelatedService } from './relation.ts';

export type Point = { at: string; value: number };
export type Series = { labels: Record<string, string>; points: Point[]; evidence: number };

/** The series of every metric whose name is one of `names`; dots and underscores in names count as the same. */
export function seriesOf(input: DetectorInput, names: readonly string[]): Series[] {
  const wanted = new Set(names.map(plainName));
  return evidenceOf(input.evidence, 'metrics.query')
    .filter(
      ({ data, evidence }) =>
        wanted.has(plainName(data.metric)) && isRelatedService(serviceAsked(evidence.query), input),
    )
    .flatMap(({ data, number }) =>
      data.series.map(({ labels, points }) => ({ labels, points: points.map(toPoint), evidence: number })),
    );
}

function serviceAsked(query: Record<string, unknown>): string | null {
  return typeof query.service === 'string' ? query.service : null;
}

const plainName = (name: string) => name.toLowerCase().replace(/[.:-]/g, '_');

function toPoint([ms, value]: [number, number]): Point {
  return { at: new Date(ms).toISOString(), value };
}

/** The highest point of some series with its evidence, the earliest where several are as high; null without points. */
export function peakOf(series: Series[]): (Point & { evidence: number }) | null {
  let peak: (Point & { evidence: number }) | null = null;
  for (const { points, evidence } of series) {
    for (const point of points) {
      if (!peak || point.value > peak.value) peak = { ...point, evidence };
    }
  }
  return peak;
}
