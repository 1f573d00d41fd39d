/** What `JSON.stringify` leaves of characters that jsonb refuses: NUL and lone surrogates, written as escapes. */
const REFUSED = /\\u0000|\\ud[89a-f]/i;

/** JSON that PostgreSQL takes: jsonb refuses the NUL character and lone surrogates, which texts and names may hold. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly nothing holds them, and intake is a hot path: the slow way is for what does.
  return REFUSED.test(json) ? JSON.stringify(value, (_, item) => storable(item)) : json;
}

/** A text that PostgreSQL takes as such, cut to `max` characters. */
export function storableText(text: string, max: number): string {
  return text.slice(0, max).replaceAll('\0', '').toWellFormed();
}

function storable(item: unknown): unknown {
  if (typeof item === 'string') return storableText(item, item.length);
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([name, inner]) => [storableText(name, name.length), inner]));
}
