import { median } from '../../database-state/profile-series.ts';
import { workloadOf } from '../../detectors/support/names.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { PrintedSeries } from '../kubernetes-state.ts';
import { name } from '../quote.ts';

/** Finds what metrics say that a tool printed (answers of Prometheus): growth without end, throttling, lag, full volumes. */
export const printedMetrics: Analyzer = ({ state }) =>
  state.series
    .flatMap((series) =>
      RULES.filter(({ asks }) => asks.test(series.asked))
        .flatMap((rule) => apply(rule, series))
        .slice(0, 1),
    )
    .toSorted((left, right) => right.confidence - left.confidence)
    .slice(0, 4);

/** A course by the medians of its ends; `steady` is the share of its steps that do not fall. */
type Course = { before: number; after: number; steady: number };

type Rule = {
  kind: string;
  class: Diagnosis['class'];
  /** By the words of the metric and the query. */
  asks: RegExp;
  holds: (course: Course) => boolean;
  says: string;
  confidence: number;
  cause: boolean;
  /** So many values tell it at least. */
  values?: number;
};

/** A course is told by so many values. */
const COURSE = 5;

const RULES: readonly Rule[] = [
  {
    kind: 'metric-volume-full',
    class: 'resource',
    asks: /volume_stats_available|filesystem_(?:avail|free)/,
    holds: ({ before, after }) => before > 0 && after <= 0.05 * before,
    says: 'has no disk space left (volume full)',
    confidence: 0.78,
    cause: true,
  },
  {
    kind: 'metric-memory-grows',
    class: 'resource',
    asks: /memory_(?:working_set|usage|rss|used)|resident_memory|heap_(?:alloc|used|inuse)|memory_bytes_used/,
    holds: ({ before, after, steady }) => before > 0 && after >= 2 * before && steady >= 0.75,
    says: 'uses more and more memory (memory leak)',
    confidence: 0.78,
    cause: true,
  },
  {
    kind: 'metric-throttled',
    class: 'resource',
    asks: /throttled_periods[^\n]{0,200}\/[^\n]{0,100}cfs_periods/,
    holds: ({ before, after }) => before >= 0.5 && after >= 0.5 && after <= 1,
    says: 'is throttled at its CPU limit in most periods (CPU throttling)',
    confidence: 0.72,
    cause: true,
    values: 1,
  },
  {
    kind: 'metric-throttled',
    class: 'resource',
    asks: /throttled/,
    holds: ({ before, after }) => after >= 0.25 && after >= 2 * before,
    says: 'is throttled at its CPU limit (CPU throttling)',
    confidence: 0.76,
    cause: true,
  },
  {
    kind: 'metric-consumer-lag',
    class: 'application',
    asks: /consumer\w*_lag|lag_sum|queue_messages|messages_ready|queue_depth/,
    holds: ({ before, after, steady }) => after >= 100 && after >= 3 * before && steady >= 0.75,
    says: 'falls behind with its queue (consumer lag)',
    confidence: 0.72,
    cause: true,
  },
  {
    kind: 'metric-errors',
    class: 'application',
    asks: /5\d\d|5\.\.|errors?_total|error_rate|failed_requests/,
    holds: ({ before, after }) => after > 0 && after >= 5 * before,
    says: 'answers more requests with errors',
    confidence: 0.5,
    cause: false,
  },
  {
    kind: 'metric-latency',
    class: 'application',
    asks: /histogram_quantile|latency|duration_seconds/,
    holds: ({ before, after }) => before > 0 && after >= 3 * before,
    says: 'answers more slowly (latency)',
    confidence: 0.5,
    cause: false,
  },
];

function apply(rule: Rule, series: PrintedSeries): Diagnosis[] {
  const values = series.points.map(Number).filter(Number.isFinite);
  const owner = ownerOf(series.labels);
  if (values.length < (rule.values ?? COURSE) || !owner || !rule.holds(courseOf(values))) return [];
  return [
    diagnosis({
      kind: rule.kind,
      class: rule.class,
      statement: `${name(owner)} ${rule.says}: the metric ${values.length === 1 ? `is ${series.points[0]}` : `went from ${series.points[0]} to ${series.points.at(-1)}`}`,
      component: owner,
      namespace: series.labels.namespace ?? null,
      touches: [owner, series.labels.pod ?? '', series.labels.persistentvolumeclaim ?? ''],
      confidence: rule.confidence,
      cause: rule.cause,
      depth: rule.cause ? DEPTH.pod : DEPTH.service,
      evidence: [series.evidence],
    }),
  ];
}

function courseOf(values: number[]): Course {
  const part = Math.max(2, Math.floor(values.length * 0.2));
  const rises = values.slice(1).filter((value, index) => value >= (values[index] ?? 0) * 0.98).length;
  return {
    before: median(values.slice(0, part)),
    after: median(values.slice(-part)),
    steady: values.length > 1 ? rises / (values.length - 1) : 1,
  };
}

function ownerOf({
  pod,
  deployment,
  service,
  app,
  consumergroup,
  group,
  persistentvolumeclaim,
  container,
  job,
  instance,
}: Record<string, string>): string | null {
  return (
    (pod ? workloadOf(pod) : null) ??
    persistentvolumeclaim ??
    deployment ??
    consumergroup ??
    group ??
    service ??
    app ??
    container ??
    job ??
    instance ??
    null
  );
}
