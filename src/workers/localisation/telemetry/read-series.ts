import type { Evidence } from '../../../shared/report.ts';
import { seriesOf } from '../../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localise.ts';
import { type Component, instanceIn, isComponentLabel, serviceIn } from './component.ts';
import type { IncidentWindow } from './incident-window.ts';

/** One metric of one component. */
export type Series = {
  metric: string;
  /** How points were put together (`p90`, `sum` ...), empty when not told. */
  aggregation: string;
  /** Null for a series that names no service: it measures the system as a whole. */
  component: Component | null;
  /** [epoch ms, value], oldest first, of the time around the alert. */
  points: [number, number][];
  /** Values of evidence from before the incident, in order of time. */
  baseline: number[];
  evidence: number[];
};

/** Every series of the evidence, each with its baseline where there is one; ordered by name so that ties break the same way. */
export function readSeries(input: LocalisationInput, window: IncidentWindow): Series[] {
  const byKey = new Map<string, Series>();
  for (const { data, evidence, number } of seriesOf(input.evidence)) {
    const aggregation = aggregationOf(evidence);
    for (const { labels, points } of data.series) {
      const service = serviceIn(labels) ?? (textOf(evidence.query.service) || null);
      const component = service === null ? null : { service, instance: instanceIn(labels) };
      const key = JSON.stringify([data.metric, aggregation, component, otherLabels(labels)]);
      const empty = { metric: data.metric, aggregation, component, points: [], baseline: [], evidence: [] };
      const series = byKey.get(key) ?? empty;
      byKey.set(key, series);
      const ordered = asLevels(data.metric, points);
      if (window.isBaseline(evidence)) series.baseline = series.baseline.concat(ordered.map(([, value]) => value));
      else series.points = series.points.concat(ordered).sort(([left], [right]) => left - right);
      series.evidence.push(number);
    }
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, series]) => series);
}

/** Durations that were counted from spans are means; sums of a kind need no name. */
function aggregationOf({ query }: Evidence): string {
  if (query.measure === 'duration') return 'avg';
  return textOf(query.timeAggregation) || textOf(query.spaceAggregation);
}

const COUNTER = /[._](total|count|sum|bucket)$/i;
const COUNTER_POINTS = 3;

/** Points in order of time; of a counter that only grows its growth, as its level says nothing. */
function asLevels(metric: string, points: [number, number][]): [number, number][] {
  const known = points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value));
  known.sort(([left], [right]) => left - right);
  const steps = known.slice(1).map(([at, value], index): [number, number] => [at, value - known[index]![1]]);
  const grows = COUNTER.test(metric) && steps.length >= COUNTER_POINTS && steps.every(([, step]) => step >= 0);
  return grows ? steps : known;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function otherLabels(labels: Record<string, string>): [string, string][] {
  return Object.entries(labels)
    .filter(([name]) => !isComponentLabel(name))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}
