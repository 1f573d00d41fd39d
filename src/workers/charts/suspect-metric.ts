import type { Chart, ChartLine } from '../../shared/chart.ts';
import { incidentWindow } from '../localisation/telemetry/incident-window.ts';
import { clarityOfChange, type LevelChange } from '../localisation/telemetry/level-change.ts';
import { type MetricKind, metricKind } from '../localisation/telemetry/metric-kind.ts';
import { readSeries, type Series } from '../localisation/telemetry/read-series.ts';
import { changeOf } from '../localisation/telemetry/seasonal-change.ts';
import type { ChartInput } from './chart-input.ts';
import { clockWords, valueWords } from './chart-words.ts';
import { type MetricUnit, metricUnit } from './metric-unit.ts';
import { isComponent, plainName } from './names.ts';
import { onsetMark } from './onset-mark.ts';
import { thinned } from './thinned.ts';
import { isGrowth, unitTold } from './told-by-source.ts';

/** Fewer points show nothing that the sentence does not say. */
const LEAST_POINTS = 4;
/** A change that is hardly clearer than the usual ups and downs is no picture of a cause. */
const LEAST_CLARITY = 0.2;
const MOST_OTHERS = 3;

/** Less work is as often an effect as a cause, and of the others nobody knows what they mean. */
const TELLING_LITTLE: ReadonlySet<MetricKind> = new Set(['traffic', 'other']);

type Candidate = {
  series: Series;
  change: LevelChange;
  /** Of the suspect itself. */
  own: boolean;
  /** The cause says its name, or cites it. */
  named: boolean;
  cited: boolean;
  telling: boolean;
  clarity: number;
};

/**
 * The metric of the suspect that changed most clearly, of the evidence that the cause cites; where that has none, of what
 * else the report cites about the suspect. The onset is the one that localisation finds in the same series.
 */
export function suspectMetric(input: ChartInput): Chart | null {
  const window = incidentWindow(input);
  const cited = new Set([...input.report.rootCause.evidence, ...alsoCited(input)]);
  const all = readSeries({ ...input, evidence: input.evidence.filter(({ number }) => cited.has(number)) }, window);
  const candidates = all.flatMap((series) => candidateOf(series, input, window.alertAt) ?? []);
  const [best] = candidates.sort(byWorth);
  return best ? chartOf(best, all, input, window.alertAt) : null;
}

function candidateOf(series: Series, input: ChartInput, alertAt: number): Candidate | null {
  if (series.points.length < LEAST_POINTS) return null;
  const { rootCause } = input.report;
  const cited = series.evidence.some((number) => rootCause.evidence.includes(number));
  const own = isComponent(rootCause.component, series.component);
  const telling = !TELLING_LITTLE.has(metricKind(series.metric));
  if (!own && !(cited && telling)) return null;
  const change = changeOf(series, alertAt);
  if (!change || change.onset === null) return null;
  const clarity = clarityOfChange(change, Math.max(change.above, change.below), Math.max(change.during, change.before));
  const named = rootCause.statement.includes(series.metric);
  return clarity < LEAST_CLARITY ? null : { series, change, own, named, cited, telling, clarity };
}

/** What the report and the findings about the suspect rest on besides the cause. */
function alsoCited({ report, findings }: ChartInput): Set<number> {
  const about = findings.filter(({ component }) => component !== null && component === report.rootCause.component);
  const claims = [...report.metrics, ...report.timeline, ...about];
  return new Set(claims.flatMap(({ evidence }) => evidence));
}

function byWorth(left: Candidate, right: Candidate): number {
  for (const trait of ['own', 'named', 'cited', 'telling'] as const) {
    if (left[trait] !== right[trait]) return Number(right[trait]) - Number(left[trait]);
  }
  return right.clarity - left.clarity;
}

function chartOf({ series, change }: Candidate, all: Series[], input: ChartInput, alertAt: number): Chart {
  const unit = metricUnit(series.metric, unitTold(input.evidence, series));
  const growth = isGrowth(input.evidence, series);
  const name = series.component ? plainName(series.component.instance ?? series.component.service) : 'the system';
  const metric = plainName(series.metric);
  const [before, during] = [change.before, change.during].map((value) => valueWords(value * unit.factor, unit.unit));
  const onset = onsetMark(series.points, change);
  return {
    kind: 'suspect_metric',
    title: metric,
    subject: name,
    levels: `${before} before, ${during} until the alert (medians)`,
    unit: unit.unit,
    axis: growth ? `${unit.axis}, growth per step` : unit.axis,
    lines: [lineOf(series, 'main', name, unit), ...siblings(series, all, unit)],
    onset,
    alertAt,
    usual: change.before * unit.factor,
    description: `${metric} of ${name} went from ${before} to ${during} (medians)${onset === null ? '' : ` at ${clockWords(onset)} UTC`}`,
    evidence: [...new Set(series.evidence)].sort((left, right) => left - right),
  };
}

function lineOf({ points }: Series, role: ChartLine['role'], name: string, { factor }: MetricUnit): ChartLine {
  return { name, role, points: thinned(points.map(([at, value]) => [at, value * factor])) };
}

/** The same metric of the other instances of the service: whether one or all of them suffer tells much. */
function siblings(series: Series, all: Series[], unit: MetricUnit): ChartLine[] {
  const { metric, aggregation, component } = series;
  if (!component?.instance) return [];
  const others = all.filter(
    (other) =>
      other.metric === metric &&
      other.aggregation === aggregation &&
      other.component?.service === component.service &&
      other.component.instance !== component.instance &&
      other.points.length >= LEAST_POINTS,
  );
  return others
    .slice(0, MOST_OTHERS)
    .map((other) => lineOf(other, 'other', plainName(other.component!.instance!), unit));
}
