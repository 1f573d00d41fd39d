import { DependencyError } from '../../errors.ts';

/** Epoch ms of an ISO 8601 time. Throws DependencyError `bad_request` of the server, naming the argument. */
export function readIsoTime(server: string, name: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new DependencyError(server, 'bad_request', `"${name}" is not an ISO 8601 time: ${text}`);
  return at;
}

/** A time range in epoch ms. Throws DependencyError `bad_request` of the server for one that is no range. */
export function readIsoRange(
  server: string,
  { from, to }: { from: string; to: string },
): { start: number; end: number } {
  const [start, end] = [readIsoTime(server, 'from', from), readIsoTime(server, 'to', to)];
  if (start >= end) throw new DependencyError(server, 'bad_request', '"from" must be before "to"');
  return { start, end };
}
