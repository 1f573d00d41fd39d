import { FleetError } from '../../shared/errors.ts';

export type JsonRecord = Record<string, unknown>;

/** Deeper bodies are refused: no sender nests so far, and every later step may recurse safely. */
const MAX_DEPTH = 64;
/** More alerts in one body are refused, so that one request stays a bounded piece of work. */
const MAX_ALERTS = 1000;

/** True for a JSON object (not an array, not null). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one where it is something else. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The value as a list; an empty one where it is something else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list, everything else left out. */
export function recordsOf(value: unknown): JsonRecord[] {
  return listOf(value).filter(isRecord);
}

/**
 * A scalar as trimmed text. Null for everything else, for an empty text and for a template variable that the sender left
 * unfilled (`$ALERT_STATUS`, `null` as a word).
 */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' || text === 'null' || /^\$[A-Z][A-Z0-9_]*$/.test(text) ? null : text;
}

/** The first of the values that is a text. */
export function firstText(...values: unknown[]): string | null {
  for (const value of values) {
    const text = textOf(value);
    if (text !== null) return text;
  }
  return null;
}

/** The scalar members of an object as texts: how labels and annotations are read. */
export function textMembers(value: unknown): Record<string, string> {
  const pairs = Object.entries(recordOf(value)).map(([key, member]) => [key, textOf(member)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** The error for a body that cannot be read: the sentence names the field and the remedy. */
export function bodyInvalid(message: string): FleetError {
  return new FleetError('body_invalid', message);
}

/** Throws FleetError `body_invalid` where a body is nested deeper than any sender's is. Does not recurse. */
export function requireShallow(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw bodyInvalid(
        `the body is nested deeper than ${MAX_DEPTH} levels; send the alert itself, not an archive of it`,
      );
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}

/** Throws FleetError `body_invalid` where one body holds more alerts than one request may. */
export function requireFewAlerts(entries: unknown[], field: string): void {
  if (entries.length <= MAX_ALERTS) return;
  throw bodyInvalid(`\`${field}\` holds ${entries.length} alerts; send at most ${MAX_ALERTS} in one request`);
}
