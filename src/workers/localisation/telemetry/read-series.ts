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
  /** [epoch ms, value], oldest first, of the baseline and of the same hours of earlier days. */
  history: [number, number][];
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
      const empty = {
        metric: data.metric,
        aggregation,
        component,
        points: [],
        baseline: [],
        history: [],
        evidence: [],
      };
      const series = byKey.get(key) ?? empty;
      byKey.set(key, series);
      const ordered = asLevels(points, mayCount(evidence, data.metric));
      if (!window.isBaseline(evidence)) series.points = inOrder(series.points.concat(ordered));
      else series.history = inOrder(series.history.concat(ordered));
      // What a time of the day has to itself is no measure of what happens at any other time.
      const isSpread = window.isBaseline(evidence) && !window.isEarlierDay(evidence);
      if (isSpread) series.baseline = series.baseline.concat(ordered.map(([, value]) => value));
      series.evidence.push(number);
    }
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, series]) => series);
}

const inOrder = (points: [number, number][]) => points.sort(([left], [right]) => left - right);

/** Durations that were counted from spans are means; sums of a kind need no name. */
function aggregationOf({ query }: Evidence): string {
  if (query.measure === 'duration') return 'avg';
  return textOf(query.timeAggregation) || textOf(query.spaceAggregation);
}

const COUNTER = /[._](total|count|sum|bucket)$/i;
const COUNTER_POINTS = 3;

/** Requests are counted anew for each step: as many each time are no counter that stands still. */
const mayCount = ({ capability }: Evidence, metric: string) => capability !== 'requests.query' && COUNTER.test(metric);

/** Points in order of time; of a counter that only grows its growth, as its level says nothing. */
function asLevels(points: [number, number][], mayCount: boolean): [number, number][] {
  const known = points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value));
  known.sort(([left], [right]) => left - right);
  const steps = known.slice(1).map(([at, value], index): [number, number] => [at, value - known[index]![1]]);
  const grows = mayCount && steps.length >= COUNTER_POINTS && steps.every(([, step]) => step >= 0);
  return grows ? steps : known;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function otherLabels(labels: Record<string, string>): [string, string][] {
  return Object.entries(labels)
    .filter(([name]) => !isComponentLabel(name))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}
