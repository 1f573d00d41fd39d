import { DependencyError } from '../../../errors.ts';

function epochMs(name: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new DependencyError('signoz', 'bad_request', `"${name}" is not an ISO 8601 time: ${text}`);
  return at;
}

/** A time range as SigNoz takes it (epoch ms); throws DependencyError `bad_request` for one that is no range. */
export function readTimeRange({ from, to }: { from: string; to: string }): { start: number; end: number } {
  const [start, end] = [epochMs('from', from), epochMs('to', to)];
  if (start >= end) throw new DependencyError('signoz', 'bad_request', '"from" must be before "to"');
  return { start, end };
}

/** A time of SigNoz, ISO text or nanoseconds, as ISO 8601 in ms. */
export function readTime(value: string | number): string {
  return new Date(typeof value === 'number' ? value / 1e6 : value).toISOString();
}
