import { moreFooter } from '../page-of.ts';

/** Scalars of a record as text, empty ones left out. */
export function textFields(...records: unknown[]): Record<string, string> {
  const fields = records.flatMap((record) => Object.entries((record ?? {}) as Record<string, unknown>));
  const scalars = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return Object.fromEntries(scalars.map(([key, value]) => [key, asText(value)]));
}

/** A value as text; structures as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Text on one line, cut to a length. */
export function oneLine(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > max ? `${line.slice(0, max)}...` : line;
}

/** The closing lines of a listing: how to get what there is more, and what SigNoz warned of. */
export function footer(nextCursor: string | null | undefined, warning: string | null): string[] {
  return [...moreFooter('rows', nextCursor), ...(warning ? [`SigNoz warns: ${warning}`] : [])];
}
