import { IN_ROW, usualBand } from '../../changes/metric-shifts.ts';
import { alertTime, usualUntil } from '../../changes/problem-lines.ts';
import { serviceIn } from '../../localisation/telemetry/component.ts';
import { metricKind, wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import { seriesOf } from './evidence-of.ts';

/** A series with what was usual of it, and what came later up to the end of what was recorded, also after the alert. */
export type Course = {
  service: string;
  metric: string;
  /** The level that was usual, and how far from it a value is unusual. */
  before: number;
  bound: number;
  /** Epoch ms and value, oldest first. */
  later: [number, number][];
  /** The place in `later` at which it began to be unusual for some points in a row; null where it never was. */
  left: number | null;
  /** The queue or topic that it was measured of, where its labels tell one. */
  queue: string | null;
  evidence: number;
};

const OF_QUEUE = /(?:^|[._])(?:queue|topic|destination|stream|subscription)(?:[._-]?name)?$/i;
const queueIn = (labels: Record<string, string>): string | null =>
  Object.entries(labels).find(([name]) => OF_QUEUE.test(name))?.[1] ?? null;

/** Fewer points than this show nothing usual. */
const ENOUGH = 8;

/** The courses of all series that tell their service. */
export function coursesOf(input: DetectorInput): Course[] {
  const alertAt = alertTime(input);
  return seriesOf(input.evidence).flatMap(({ data, evidence, number }) =>
    data.series.flatMap(({ labels, points }): Course[] => {
      const service = serviceIn(labels) ?? (typeof evidence.query.service === 'string' ? evidence.query.service : null);
      const course = service === null ? null : courseOf(points, alertAt);
      if (course === null || service === null) return [];
      return [{ ...course, service, metric: data.metric, queue: queueIn(labels), evidence: number }];
    }),
  );
}

function courseOf(
  series: [number, number][],
  alertAt: number,
): Pick<Course, 'before' | 'bound' | 'later' | 'left'> | null {
  const points = series.filter((point) => point.every(Number.isFinite)).sort(([one], [other]) => one - other);
  const until = usualUntil(points[0]?.[0] ?? 0, alertAt);
  const usual = points.filter(([at]) => at < until).map(([, value]) => value);
  const later = points.filter(([at]) => at >= until);
  if (usual.length < ENOUGH || later.length < IN_ROW) return null;
  const { before, bound } = usualBand(usual);
  return { before, bound, later, left: firstRow(later, ([, value]) => Math.abs(value - before) > bound) };
}

/** Where the first points in a row begin of which all are so; null where there are none. */
export function firstRow(
  points: readonly [number, number][],
  isSo: (point: [number, number]) => boolean,
): number | null {
  const found = points.findIndex((_, index) => {
    const row = points.slice(index, index + IN_ROW);
    return row.length === IN_ROW && row.every(isSo);
  });
  return found === -1 ? null : found;
}

/** True for a course that is as usual at its end. */
export const endsUsual = ({ later, before, bound }: Course): boolean =>
  later.slice(-IN_ROW).every(([, value]) => Math.abs(value - before) <= bound);

/** A time during which a course was above what is usual, epoch ms, with the highest that it reached. */
export type Excursion = { from: number; to: number; peak: number };
/** So many usual points between two unusual ones are a dip. */
const DIP = 2;

/** The times during which a course was above what is usual, oldest first; the last one may go on at its end. */
export function excursionsOf({ later, before, bound }: Course): Excursion[] {
  const found: (Excursion & { last: number })[] = [];
  later.forEach(([at, value], index) => {
    if (value - before <= bound) return;
    const open = found.at(-1);
    if (open && index - open.last <= DIP + 1) {
      Object.assign(open, { to: at, last: index, peak: Math.max(open.peak, value) });
    } else found.push({ from: at, to: at, peak: value, last: index });
  });
  return found.map(({ from, to, peak }) => ({ from, to, peak }));
}

/** Metrics by how long something took, whatever they are called. */
export const isOfTime = (metric: string): boolean =>
  metricKind(metric) === 'latency' || /\bp(?:50|75|9\d|99\d)\b|\b(?:ms|millis\w*|seconds)$/.test(wordsOf(metric));
