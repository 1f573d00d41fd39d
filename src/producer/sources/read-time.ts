/** Alertmanager and Go write "no time" as the year 1. */
const NO_TIME = /^0001-01-01/;

/**
 * A sender's time as ISO 8601 in UTC: ISO and RFC texts, "2025-02-15 14:59:03.26 +0000 UTC", Unix seconds or milliseconds.
 * Null where there is none or it cannot be read.
 */
export function readTime(value: unknown): string | null {
  if (typeof value === 'number') return fromUnix(value);
  if (typeof value !== 'string' || value.length > 64 || NO_TIME.test(value)) return null;
  const text = value.trim();
  if (/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return fromUnix(Number(text));
  return toIso(Date.parse(normalised(text)));
}

/** Go and Ruby texts into a form that Date.parse reads as UTC. */
function normalised(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?/.exec(
    text,
  );
  if (!match) return text;
  const [, day, time, fraction = '0', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
}

function fromUnix(value: number): string | null {
  if (!(value > 0)) return null;
  return toIso(value < 1e11 ? value * 1000 : value);
}

function toIso(ms: number): string | null {
  const date = new Date(ms);
  const year = Number.isNaN(date.getTime()) ? 0 : date.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? date.toISOString() : null;
}
