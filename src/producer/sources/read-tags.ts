import { firstText, isRecord, listOf, textOf } from './read-json.ts';

/** "environment:production, team:backend" or the same as a list; a tag without a value stands for itself. */
export function tagsOf(tags: unknown): Record<string, string> {
  const texts =
    typeof tags === 'string' ? tags.slice(0, 20_000).split(',') : listOf(tags).map((tag) => textOf(tag) ?? '');
  const pairs = texts
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map((tag) => {
      const colon = tag.indexOf(':');
      return colon < 1 ? [tag, 'true'] : [tag.slice(0, colon).trim(), tag.slice(colon + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

/** `[{ key, value }]`, `[{ name, value }]`, `[{ title, value }]` and `[[key, value]]` lists as labels. */
export function pairsOf(list: unknown[]): Record<string, string> {
  const pairs = list.slice(0, 500).map((entry) => {
    if (Array.isArray(entry)) return [textOf(entry[0]), textOf(entry[1])] as const;
    const record = isRecord(entry) ? entry : {};
    return [
      firstText(record.key, record.name, record.Name, record.title),
      firstText(record.value, record.Value),
    ] as const;
  });
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[0] !== null && pair[1] !== null));
}
