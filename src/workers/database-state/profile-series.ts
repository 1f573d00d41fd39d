import { round } from '../detectors/support/text.ts';
import type { DatabaseState, MetricSeries } from './database-state.ts';

/** What became of a metric within its window. Every value of it is one that was measured. */
export type SeriesProfile = {
  series: MetricSeries;
  first: number;
  last: number;
  min: number;
  max: number;
  /** Medians of the beginning and the end. */
  before: number;
  after: number;
  /** How often the end is the beginning; infinite where it began at nothing. */
  ratio: number;
  /** True when it left its beginning for a while and is back. */
  recovered: boolean;
  /** When it left its beginning for good, epoch ms; null where it did not or times are unknown. */
  onset: number | null;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Robust by medians of both ends and the median absolute step between neighbours; null for fewer than 4 points. */
export function profileSeries(series: MetricSeries): SeriesProfile | null {
  const values = series.points.map(({ value }) => value);
  if (values.length < 4) return null;
  const before = median(values.slice(0, Math.max(2, Math.floor(values.length * 0.15))));
  const after = median(values.slice(-Math.max(3, Math.floor(values.length * 0.25))));
  const noise = median(values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value))));
  const band = Math.max(3 * noise, 0.25 * Math.abs(before), 1e-9);
  const out = values.map((value) => Math.abs(value - before) > band);
  const back = Math.abs(after - before) <= Math.max(band, 0.3 * Math.abs(before));
  const start = out.findIndex(
    (_, index) => out.slice(index).filter(Boolean).length >= 0.8 * (out.length - index) && out[index],
  );
  return {
    series,
    first: values[0] ?? 0,
    last: values.at(-1) ?? 0,
    min: Math.min(...values),
    max: Math.max(...values),
    before,
    after,
    ratio: before === 0 ? (after > 0 ? Number.POSITIVE_INFINITY : 1) : after / before,
    recovered: back && out.some(Boolean),
    onset: start === -1 ? null : (series.points[start]?.at ?? null),
  };
}

/** From its end on so flat is a level on which something has settled: the spread as a share of it. */
const FLAT = 0.1;
/** The share of the window, from its end, in which a level must hold. */
const SETTLED = 0.35;

/** True for a metric whose end is a level, whatever was before: what leaks goes on rising. */
export function isSettled({ series }: SeriesProfile): boolean {
  const end = series.points.slice(-Math.max(4, Math.ceil(SETTLED * series.points.length))).map(({ value }) => value);
  const half = Math.floor(end.length / 2);
  const [first, last] = [median(end.slice(0, half)), median(end.slice(-half))];
  return Math.max(...end) - Math.min(...end) <= FLAT * Math.max(...end) && last <= first * (1 + FLAT / 3);
}

/** Each quarter of what leaks lies above the one before it by more than this share. */
const STEP_UP = 0.03;

/** True for a metric that rises from one quarter of its window to the next, up to the end. */
export function climbs({ series }: SeriesProfile): boolean {
  const values = series.points.map(({ value }) => value);
  const size = Math.floor(values.length / 4);
  const quarters = [4, 3, 2, 1].map((back) => median(values.slice(values.length - back * size).slice(0, size)));
  return size >= 2 && quarters.slice(1).every((level, index) => level > (quarters[index] ?? 0) * (1 + STEP_UP));
}

/** The profile of a metric of the server, by any of its names; the one that changed most where several entities have it. */
export function metricOf({ series }: DatabaseState, ...names: string[]): SeriesProfile | null {
  const found = series
    .filter(({ metric }) => names.some((name) => metric.toLowerCase() === name.toLowerCase()))
    .flatMap((one) => profileSeries(one) ?? []);
  return found.toSorted((left, right) => change(right) - change(left))[0] ?? null;
}

const change = ({ ratio }: SeriesProfile): number => Math.abs(Math.log(Math.max(1e-6, Math.min(1e6, ratio))));

/** A value of a metric with its unit, as verification can find it again. */
export function valueText(value: number, unit: string | null): string {
  // Disks answer in fractions of a thousandth of a second.
  const small = value !== 0 && Math.abs(value) < 1;
  const plain = small ? String(Number(value.toPrecision(3))) : round(value, Math.abs(value) < 10 ? 2 : 1);
  if (/^bytes\/second$/i.test(unit ?? '')) return `${round(value / 1e6)} MB/s`;
  if (/^bytes$/i.test(unit ?? '')) return value >= 1e9 ? `${round(value / 1e9)} GB` : `${round(value / 1e6)} MB`;
  if (/^percent$/i.test(unit ?? '')) return `${plain} %`;
  if (/^milliseconds$/i.test(unit ?? '')) return `${plain} ms`;
  if (/^seconds$/i.test(unit ?? '')) return `${plain} seconds`;
  return plain;
}

/** What is left of the level of the end where only the last moment fell from it. */
const FELL = 0.7;

/** `WriteIOPS from 890 to 25080`; what rose and fell in the last moment is told by its peak, too. */
export function changeText({ series, first, last, after, max, before }: SeriesProfile): string {
  const peak = after > before && last < FELL * after ? `${valueText(max, series.unit)} at most, and at last ` : '';
  return `${series.metric} from ${valueText(first, series.unit)} to ${peak}${valueText(last, series.unit)}`;
}
