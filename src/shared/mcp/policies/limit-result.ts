import { createHash } from 'node:crypto';

/** Head and tail of a text that is longer than `max` characters, with what was left out and the digest of the whole between them. */
export function limitText(text: string, max: number): string {
  if (text.length <= max) return text;
  const half = Math.floor(max / 2);
  const digest = createHash('sha256').update(text).digest('hex');
  const note = `[... ${text.length - 2 * half} characters left out; sha256 of all ${text.length}: ${digest} ...]`;
  return `${text.slice(0, half).toWellFormed()}\n${note}\n${text.slice(-half).toWellFormed()}`;
}

/**
 * Data that would be longer than `max` characters of JSON with its longest list cut to head and tail; `truncated` or `hasMore`, where
 * the data has such a field, is set. Data without a list to cut stays as it is.
 */
export function limitData<T>(data: T, max: number): T {
  if (!isLonger(data, max)) return data;
  const lists = Object.entries(data as Record<string, unknown>).filter(([, value]) => Array.isArray(value)) as [
    string,
    unknown[],
  ][];
  const [key, list] = lists.sort((a, b) => b[1].length - a[1].length)[0] ?? [];
  if (key === undefined || !list || list.length < 3) return data;
  const size = JSON.stringify(list).length;
  const half = Math.max(1, Math.floor((list.length * Math.min(1, max / size)) / 2));
  if (half * 2 >= list.length) return data;
  const flags = ['truncated', 'hasMore'].filter((name) => name in (data as object)).map((name) => [name, true]);
  return { ...data, [key]: [...list.slice(0, half), ...list.slice(-half)], ...Object.fromEntries(flags) };
}

/** Whether the value as JSON has more characters; counts no further than that. */
function isLonger(value: unknown, max: number): boolean {
  let left = max;
  const count = (item: unknown): boolean => {
    if (typeof item === 'string') left -= item.length + 2;
    else if (Array.isArray(item)) return item.some((one) => count(one));
    else if (item !== null && typeof item === 'object') {
      for (const key in item) {
        left -= key.length + 3;
        if (count((item as Record<string, unknown>)[key])) return true;
      }
    } else left -= 6;
    return left < 0;
  };
  return value !== null && typeof value === 'object' && count(value);
}
