import { metricShifts } from '../../changes/metric-shifts.ts';
import { alertTime, usualUntil } from '../../changes/problem-lines.ts';
import { complainsOften, servedDemand } from '../../changes/served-demand.ts';
import { median, quantile } from '../../localisation/statistics/robust.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { sameName } from './names.ts';
import { seriesOfService } from './service-series.ts';

/** Fewer points than this show no usual range. */
const ENOUGH = 20;

type Measured = { metric: string; service: string; number: number };

/** The metric that the alert is about, where it was measured for the alert's own service; null where it was not. */
export function measuredMetric({ alerts, evidence }: DetectorInput): Measured | null {
  for (const { service, labels } of alerts) {
    const wanted = labels.metric;
    if (!service || !wanted) continue;
    const own = seriesOfService(evidence, service).find(({ data }) => data.metric === wanted);
    if (own) return { metric: wanted, service, number: own.number };
  }
  return null;
}

/**
 * Proof that the very metric that the alert is about stays where it usually is: no metric of its service left its level for good, and
 * nobody began to complain again and again. More requests than usual are no fault while they are answered as fast and as well as before.
 * Null where it was not measured or anything speaks against it.
 */
export function usualMetric(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || complainsOften(input)) return null;
  const { metric, service, number } = measured;
  const moved = metricShifts(input).filter((shift) => sameName(shift.service, service));
  if (moved.length === 0) {
    if (!endsAsItBegan(input, measured)) return null;
    const statement = `${metric} of ${service} stays within what is usual, and so do its other metrics`;
    return { statement, evidence: [number] };
  }
  const answers = servedDemand(input, service);
  const statement = `${service} is asked more than usual and answers as fast and as well as before`;
  return answers && { statement, evidence: answers };
}

/** The parts of a course that are compared, and what is left of its beginning where nothing has happened. */
const [PART, LEFT] = [0.2, 0.5];

/** False where the metric ends far from where it began: without the time of the alert the step may lie within what was taken for usual. */
function endsAsItBegan({ evidence }: DetectorInput, { service, metric }: Measured): boolean {
  const courses = seriesOfService(evidence, service)
    .filter(({ data }) => data.metric === metric)
    .flatMap(({ data }) => data.series.map(({ points }) => points.map(([, value]) => value)));
  return courses.every((values) => {
    const part = Math.ceil(PART * values.length);
    const [first, last] = [median(values.slice(0, part)), median(values.slice(-part))];
    const spread = quantile(
      values.slice(0, part).map((value) => Math.abs(value - first)),
      1,
    );
    return Math.abs(last - first) <= Math.max(LEFT * Math.max(first, last), 2 * spread);
  });
}

/** A value this much beyond all that was seen before is a new one. */
const BEYOND = 1.1;

/**
 * Proof for a server whose own state nobody asked for: the metric that the alert is about stays where it usually is, and it has been as
 * high and as low before, as with a job that comes every hour.
 */
export function usualPeaks(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  const proof = measured && usualMetric(input);
  if (!measured || !proof) return null;
  const alertAt = alertTime(input);
  const own = seriesOfService(input.evidence, measured.service).filter(({ data }) => data.metric === measured.metric);
  const all = own.flatMap(({ data }) => data.series.map(({ points }) => points));
  return all.length > 0 && all.every((points) => hasBeenThere(points, alertAt)) ? proof : null;
}

function hasBeenThere(points: [number, number][], alertAt: number): boolean {
  const times = points.map(([at]) => at);
  const until = usualUntil(Math.min(...times), alertAt);
  const before = points.flatMap(([at, value]) => (at < until ? [value] : []));
  const since = points.flatMap(([at, value]) => (at < until ? [] : [value]));
  if (before.length < ENOUGH || since.length === 0) return false;
  const [low, high] = [Math.min(...before), Math.max(...before)];
  return Math.max(...since) <= high * BEYOND && Math.min(...since) * BEYOND >= low;
}
