/** A Kubernetes object (or a part of one) in the form of the API; every member may be missing or of another type. */
export type Raw = Record<string, unknown>;

/** The value as an object, an empty one where it is none. */
export function recordAt(value: unknown, ...path: string[]): Raw {
  const found = valueAt(value, ...path);
  return isRecord(found) ? found : {};
}

/** The objects of a list; none where the value is no list. */
export function recordsAt(value: unknown, ...path: string[]): Raw[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** Text or a number as text; null for anything else and for empty text. */
export function textAt(value: unknown, ...path: string[]): string | null {
  const found = valueAt(value, ...path);
  if (typeof found === 'string') return found === '' ? null : found;
  return typeof found === 'number' ? String(found) : null;
}

/** A finite number, also one written as text; null for anything else. */
export function numberAt(value: unknown, ...path: string[]): number | null {
  const found = valueAt(value, ...path);
  if (typeof found === 'number') return Number.isFinite(found) ? found : null;
  return typeof found === 'string' && /^-?\d+(?:\.\d+)?$/.test(found.trim()) ? Number(found) : null;
}

/** The texts of a list; none where the value is no list. */
export function textsAt(value: unknown, ...path: string[]): string[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.flatMap((item) => textAt(item) ?? []) : [];
}

/** An object's members that are text, numbers or truth values, as text. */
export function textMapAt(value: unknown, ...path: string[]): Record<string, string> {
  const entries = Object.entries(recordAt(value, ...path));
  return Object.fromEntries(
    entries.flatMap(([key, item]) =>
      typeof item === 'boolean' || typeof item === 'number' || typeof item === 'string' ? [[key, String(item)]] : [],
    ),
  );
}

/** What stands at a path, undefined where it ends early. */
export function valueAt(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

export const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Two readings of one object as one: what only one of them knows is kept, of two values the later wins. */
export function mergeRaw(earlier: Raw, later: Raw): Raw {
  const merged: Raw = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    if (value === null || value === undefined) continue;
    merged[key] = mergeValue(merged[key], value);
  }
  return merged;
}

function mergeValue(earlier: unknown, later: unknown): unknown {
  if (isRecord(earlier) && isRecord(later)) return mergeRaw(earlier, later);
  if (Array.isArray(earlier) && Array.isArray(later)) return mergeLists(earlier, later);
  return later;
}

/** Lists of named things are merged by name, others are replaced by the longer one. */
function mergeLists(earlier: unknown[], later: unknown[]): unknown[] {
  const keyOf = (item: unknown) => textAt(item, 'name') ?? textAt(item, 'type');
  if (![...earlier, ...later].every((item) => keyOf(item) !== null)) {
    const [known, told] = [earlier[0], later[0]];
    // The one item of both lists, of which one reading knows no name.
    if (
      earlier.length === 1 &&
      later.length === 1 &&
      isRecord(known) &&
      isRecord(told) &&
      !(keyOf(known) && keyOf(told))
    )
      return [mergeRaw(known, told)];
    return later.length >= earlier.length ? later : earlier;
  }
  const merged = new Map(earlier.map((item) => [keyOf(item), item]));
  for (const item of later) {
    const known = merged.get(keyOf(item));
    merged.set(keyOf(item), isRecord(known) && isRecord(item) ? mergeRaw(known, item) : item);
  }
  return [...merged.values()];
}
