import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { describeAll, type TimeSeries } from '../series-text.ts';
import { asRegex, quoted, readMatchers, selector } from './label-matchers.ts';
import { labelsFor, renamed } from './label-names.ts';
import { type MetricSource, metricSources } from './metric-sources.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { badQuestion } from './prometheus-failures.ts';
import { askRange, largestFirst } from './query-range.ts';
import { finitePoints, type RawSeries } from './query-results.ts';
import { stepWarning, timeWindow } from './time-window.ts';

type Input = ToolInput<'metrics.query'>;

/** Fewer seconds than this seldom hold the two samples that a rate needs. */
const LEAST_RATE_SECONDS = 120;
const LEAST_SECONDS = 60;

const OVER_TIME: Readonly<Record<string, string>> = {
  avg: 'avg_over_time',
  sum: 'sum_over_time',
  min: 'min_over_time',
  max: 'max_over_time',
  count: 'count_over_time',
};
const OVER_SPACE = ['avg', 'sum', 'min', 'max', 'count'];

/** The function over the samples of a bucket, as text before and after the selector. */
function overTime({ timeAggregation, stepSeconds }: Input, counter: boolean): (selected: string) => string {
  const asked = timeAggregation ?? (counter ? 'rate' : 'latest');
  if (asked === 'latest') return (selected) => selected;
  if (asked === 'rate' || asked === 'increase') {
    const window = `[${Math.max(LEAST_RATE_SECONDS, stepSeconds)}s]`;
    return (selected) =>
      asked === 'rate' ? `rate(${selected}${window})` : `rate(${selected}${window}) * ${stepSeconds}`;
  }
  const name = OVER_TIME[asked];
  if (name) return (selected) => `${name}(${selected}[${Math.max(LEAST_SECONDS, stepSeconds)}s])`;
  throw badQuestion(
    `"timeAggregation" ${asked} is not known: use ${[...Object.keys(OVER_TIME), 'latest', 'rate', 'increase'].join(', ')}`,
  );
}

/** The aggregation over series, as the head of an expression. */
function overSpace({ spaceAggregation, groupBy }: Input): string {
  const labels = [...new Set(groupBy.flatMap(labelsFor))];
  const by = ` by (${labels.join(', ')})`;
  if (OVER_SPACE.includes(spaceAggregation)) return `${spaceAggregation}${by} (`;
  const percent = /^p(\d{1,2}(?:\.\d+)?)$/.exec(spaceAggregation)?.[1];
  if (percent !== undefined) return `quantile${by} (${Number(percent) / 100}, `;
  throw badQuestion(`"spaceAggregation" ${spaceAggregation} is not known: use ${OVER_SPACE.join(', ')}, p50, p90, p99`);
}

/** Which label holds a service's name is up to whoever scrapes: any of them counts, and a series counts once. */
function ofService(service: string | undefined): string[][] {
  if (service === undefined) return [[]];
  const byName = labelsFor('service.name').map((label) =>
    label === 'job' ? `job=~${quoted(`(?:.+/)?${asRegex(service)}`)}` : `${label}=${quoted(service)}`,
  );
  return [...byName, `pod=~${quoted(`${asRegex(service)}-[a-z0-9-]+`)}`].map((matcher) => [matcher]);
}

/** The question as one expression of PromQL: of several places where the metric may be, the first that has it answers. */
export function metricExpression(input: Input, sources: MetricSource[] = metricSources(input.metric)): string {
  const own = readMatchers(input.filter);
  const head = overSpace(input);
  const perSource = sources.map(({ matchers, counter }) => {
    const wrap = overTime(input, counter);
    const parts = ofService(input.service).map((service) => wrap(selector([...matchers, ...service, ...own])));
    return `${head}${parts.join(' or ')})`;
  });
  return perSource.join(' or ');
}

/** Series that are the same once their labels are renamed, as one. */
function merged(series: RawSeries[], { groupBy, spaceAggregation }: Input, unit: string | null): TimeSeries[] {
  const groups = Map.groupBy(series, ({ labels }) => JSON.stringify(renamed(labels, groupBy)));
  return [...groups.values()].map((group) => ({
    labels: renamed(group[0]!.labels, groupBy),
    unit,
    points: joinPoints(
      group.map(({ points }) => finitePoints(points).points),
      spaceAggregation,
    ),
  }));
}

function joinPoints(lists: [number, number][][], how: string): [number, number][] {
  const [only, ...others] = lists;
  if (others.length === 0) return only ?? [];
  const byTime = Map.groupBy(lists.flat(), ([at]) => at);
  return [...byTime]
    .map(([at, all]): [number, number] => [
      at,
      joined(
        all.map(([, value]) => value),
        how,
      ),
    ])
    .sort(([a], [b]) => a - b);
}

function joined(values: number[], how: string): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (how === 'sum' || how === 'count') return sum;
  if (how === 'avg') return sum / values.length;
  return values.reduce((a, b) => (how === 'min' ? Math.min(a, b) : Math.max(a, b)));
}

/** `query_metrics`: a metric over time in the form of the capability, whatever name its exporter gives it. */
export function queryMetrics(client: PrometheusClient): ToolDefinition {
  return toolFor('metrics.query', {
    title: 'Query a metric',
    description:
      'One metric over a time range by its name, in Prometheus or in OpenTelemetry (k8s.pod.cpu.usage finds cAdvisor), in buckets of `stepSeconds`. `filter` is a list of label matchers (code=~"5.."), `spaceAggregation` (avg, sum, min, max, count, p50 to p99) joins series, `timeAggregation` (latest, rate, increase, avg, sum, min, max, count) the samples of a bucket; counters are read as rates by default.',
    run: async (input, { signal }) => {
      const window = timeWindow(input, input.stepSeconds);
      const fitted = { ...input, stepSeconds: window.stepSeconds };
      const sources = metricSources(input.metric);
      const { series: raw, remarks } = await askRange(client, metricExpression(fitted, sources), window, signal);
      const unit = sources.findLast((source) => source.unit !== null)?.unit ?? null;
      const all = largestFirst(merged(raw, fitted, unit)).filter(({ points }) => points.length > 0);
      const series = all.slice(0, input.limit);
      const lost = raw.reduce((sum, { points }) => sum + finitePoints(points).lost, 0);
      const warnings = [
        ...remarks,
        ...stepWarning(window),
        lost > 0 ? `${lost} points are NaN or infinite and left out` : '',
        all.length === 0 ? `Prometheus has no series of ${input.metric} for this` : '',
      ].filter(Boolean);
      const hasMore = all.length > series.length;
      const data = { metric: input.metric, series, hasMore, warning: warnings.join('; ') || null };
      return {
        data,
        text: describeAll(
          data,
          warnings.map((warning) => `Prometheus warns: ${warning}`),
        ),
      };
    },
  });
}
