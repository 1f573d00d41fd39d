import type { Evidence } from '../../../src/shared/report.ts';
import { type MetricKind, metricKind } from '../../../src/workers/localisation/telemetry/metric-kind.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { between, factor, oneOf, type Random, randomOf } from './random.ts';

type Points = [number, number][];
type Series = { labels: Record<string, string>; points: Points };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The investigation asks for the same time a day and a week before. */
const DAYS_BACK = [1, 7];
/** How many times more there is at the peak than before, for what grows with the number of requests. */
const PEAK = { least: 1.6, most: 3 } as const;
/** How much of the growth each kind of metric shows: queues make requests slower, memory hardly moves. */
const FOLLOWS: Partial<Record<MetricKind, number>> = { traffic: 1, cpu: 0.9, other: 0.9, latency: 0.25, memory: 0.05 };
/** So much is asked for of today; what a recording lacks of it is made of its healthy values. */
const BEFORE_MS = 60 * MINUTE_MS;
/** So long the rise takes, and so long before the alert it is half way. */
const RISE_MS = 2 * MINUTE_MS;
const HALF_WAY_MS = 4 * MINUTE_MS;
/** Of so many services a job of their own runs at this time of every day, and takes so many times their CPU. */
const WITH_JOB = 0.15;
const JOB = { least: 2, most: 5 } as const;
/** How much one day differs from the next. */
const OF_A_DAY = 0.06;
/** What is older than this is from before the trouble; where nothing is, the first third of what is known. */
const SURELY_BEFORE_MS = 15 * MINUTE_MS;

/**
 * The case as if its fault had come at the daily peak: all that grows with requests rises in the minutes before the alert, some services run
 * their daily jobs just then, and both were so on earlier days, which are added as evidence where `daysKnown`. The answer stays the same.
 */
export function atDailyPeak({ daysKnown }: { daysKnown: boolean }) {
  return (input: CaseInput, seed: string): CaseInput => {
    const alertAt = Math.min(...input.alerts.map(({ startsAt }) => Date.parse(startsAt ?? '')), input.now.getTime());
    const random = randomOf(seed);
    const day: Day = { alertAt, peak: between(random, PEAK.least, PEAK.most), seed };
    const evidence = input.evidence.flatMap((item) => {
      if (item.capability !== 'metrics.query' || !spans(item, alertAt)) return [item];
      const longer = withHourBefore(item, day);
      const now = withSeries(longer, (series) => today(series, item, day));
      return [now, ...(daysKnown ? earlier(longer, day) : [])];
    });
    return { ...input, evidence: evidence.map((item, index) => ({ ...item, number: index + 1 })) };
  };
}

type Day = { alertAt: number; peak: number; seed: string };

const spans = ({ from, to }: Evidence, at: number) =>
  Date.parse(from ?? '') <= at && Date.parse(to ?? '') >= at - SURELY_BEFORE_MS;

const seriesOf = ({ data }: Evidence) => (data as { series: Series[] }).series;

function withSeries(item: Evidence, change: (series: Series) => Points): Evidence {
  const series = seriesOf(item).map((one) => ({ ...one, points: change(one) }));
  return { ...item, data: { ...(item.data as object), series } };
}

/** Rises of whole hours show only where the hour is known. */
function withHourBefore(item: Evidence, { alertAt, seed }: Day): Evidence {
  const random = randomOf(`${seed} ${item.number} before`);
  const longer = withSeries(item, ({ points }) => {
    const [first, second] = points;
    if (!first || !second) return points;
    const step = Math.max(MINUTE_MS / 4, second[0] - first[0]);
    const healthy = healthyValues(points, alertAt);
    const missing = Math.max(0, Math.floor((first[0] - (alertAt - BEFORE_MS)) / step));
    const before = Array.from({ length: missing }, (_, index): [number, number] => {
      return [first[0] - (missing - index) * step, oneOf(random, healthy)];
    });
    return [...before, ...points];
  });
  const from = new Date(Math.min(Date.parse(item.from ?? ''), alertAt - BEFORE_MS)).toISOString();
  return { ...longer, from };
}

const today = ({ labels, points }: Series, item: Evidence, day: Day): Points =>
  points.map(([at, value]) => [at, value * habit(labels, item, day, at)]);

/** What the same hours of earlier days held: healthy values in a new order, with the habits of the day. */
function earlier(item: Evidence, day: Day): Evidence[] {
  return DAYS_BACK.map((days) => {
    const back = (at: number) => at - days * DAY_MS;
    const iso = (at: string | null) => at && new Date(back(Date.parse(at))).toISOString();
    const random = randomOf(`${day.seed} ${item.number} ${days}`);
    const moved = withSeries(item, ({ labels, points }) => {
      const level = factor(random, OF_A_DAY);
      const healthy = healthyValues(points, day.alertAt);
      return points.map(([at]) => [back(at), oneOf(random, healthy) * level * habit(labels, item, day, at)]);
    });
    return { ...moved, from: iso(item.from), to: iso(item.to) };
  });
}

function healthyValues(points: Points, alertAt: number): number[] {
  const before = points.filter(([at]) => at < alertAt - SURELY_BEFORE_MS);
  const healthy = before.length >= 3 ? before : points.slice(0, Math.max(1, Math.ceil(points.length / 3)));
  return healthy.map(([, value]) => value);
}

/** How many times its level a series has at a time of the day, the same on every day. */
function habit(labels: Record<string, string>, { data }: Evidence, { alertAt, peak, seed }: Day, at: number): number {
  const kind = metricKind(String((data as { metric: string }).metric));
  const risen = 1 / (1 + Math.exp(-(at - (alertAt - HALF_WAY_MS)) / RISE_MS));
  const own: Random = randomOf(`${seed} ${JSON.stringify(labels)}`);
  const hasJob = own() < WITH_JOB && kind === 'cpu';
  const job = hasJob && risen > 0.5 ? between(own, JOB.least, JOB.most) : 1;
  return (1 + (peak - 1) * (FOLLOWS[kind] ?? 0) * risen) * job;
}
