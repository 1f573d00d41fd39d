import { readIsoRange } from '../iso-range.ts';

/** A time range as SigNoz takes it (epoch ms); throws DependencyError `bad_request` for one that is no range. */
export function readTimeRange(range: { from: string; to: string }): { start: number; end: number } {
  return readIsoRange('signoz', range);
}

/** A time of SigNoz, ISO text or nanoseconds, as ISO 8601 in ms. */
export function readTime(value: string | number): string {
  return new Date(typeof value === 'number' ? value / 1e6 : value).toISOString();
}
