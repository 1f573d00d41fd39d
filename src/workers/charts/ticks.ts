import type { ChartUnit } from '../../shared/chart.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS = [
  ...[5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR_MS),
  DAY_MS,
];

/** Round times in UTC from `from` to `to` (epoch ms), at most `most` of them, oldest first. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const step = STEPS.find((ms) => (to - from) / ms <= most - 1) ?? Math.ceil((to - from) / most / DAY_MS) * DAY_MS;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

/** The day or days of a range, as the time axis names them: "2026-11-20", "2026-11-20 to 2026-11-21". */
export function dayWords(from: number, to: number): string {
  const [first, last] = [from, to].map((at) => new Date(at).toISOString().slice(0, 10));
  return first === last ? `${first}` : `${first} to ${last}`;
}

/**
 * Round values from `low` to `high`, at most seven, where round is not what it is in tens: MiB, and minutes and hours. Null
 * for all others.
 */
export function valueTicks(low: number, high: number, unit: ChartUnit): number[] | null {
  const range = Math.max(Number.MIN_VALUE, high - low);
  if (unit === 'bytes') return multiples(low, high, 2 ** Math.ceil(Math.log2(range / 6)));
  const perMs = unit === 'milliseconds' ? 1 : unit === 'seconds' ? 0.001 : null;
  // Below that times are told in seconds and their parts.
  if (perMs === null || range < 2 * MINUTE_MS * perMs) return null;
  const step = STEPS.find((ms) => ms >= MINUTE_MS && range <= 6 * ms * perMs);
  return step === undefined ? null : multiples(low, high, step * perMs);
}

function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}
