import { numberIn, settingIn } from './answer-rows.ts';

/** The key space of a store as it prints it: how many keys, how many of them with an end. */
export type KeySpace = { keys: number; expires: number; shown: string };

const spacesIn = (text: string): KeySpace[] =>
  [...text.matchAll(/^\s*db\d+:keys=(\d+),expires=(\d+)/gm)].map(([shown, keys, expires]) => ({
    keys: Number(keys),
    expires: Number(expires),
    shown: shown.trim(),
  }));

/** The largest database of the key space that a store printed; null where it did not. */
export const keySpace = (text: string): KeySpace | null =>
  spacesIn(text).toSorted((left, right) => right.keys - left.keys)[0] ?? null;

/** From this share on nearly all keys have an end. */
const NEARLY_ALL = 0.9;

/** True where nearly all keys of some databases have an end; those of one database hide no others. */
export function nearlyAllEnd(spaces: readonly { keys: number; expires: number }[]): boolean {
  const [keys, expires] = [sum(spaces.map((one) => one.keys)), sum(spaces.map((one) => one.expires))];
  return keys > 0 && expires >= NEARLY_ALL * keys;
}

const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);

/** Somebody misses what he had stored, or a store refused what it had no room for. */
export const MISSES_KEYS =
  /\b(?:log(?:ged|s)?|sign(?:ed|s)?)[ -]?(?:out|off)\b|\bvanish\w*|\bdisappear\w*|\blos(?:t|e|es|ing)\b|\bforg[eo]t\w*|\b(?:carts?|baskets?|sessions?)\b[^\n]{0,30}\b(?:empty|missing|gone)\b/i;
const REFUSES = /\berrorstat_OOM:count=[1-9]|OOM command not allowed/;

/**
 * True for a store of keys that makes room by itself when it is full: it may throw away any key, or those with an end, as nearly all of its keys
 * have, while nothing was refused and nobody misses a key. `around` are its other answers and the words of the alert.
 */
export function makesRoom(text: string, around = ''): boolean {
  const policy = settingIn(text, 'maxmemory_policy') ?? '';
  if (/^allkeys-/.test(policy)) return true;
  const all = `${text}\n${around}`;
  const ends = nearlyAllEnd(spacesIn(text).length > 0 ? spacesIn(text) : spacesIn(around));
  return /^volatile-/.test(policy) && ends && !REFUSES.test(all) && !MISSES_KEYS.test(around);
}

/** A cache finds at least so many times as much as it misses. */
const FOUND = 4;

/** A cache that makes room by itself is full by design, as long as most of what is asked of it is there. */
export function isContentCache(text: string, around = ''): boolean {
  const counted = Number.isNaN(numberIn(text, 'keyspace_hits')) ? around : text;
  const [hits, misses] = [numberIn(counted, 'keyspace_hits'), numberIn(counted, 'keyspace_misses')];
  const unknown = Number.isNaN(hits) || Number.isNaN(misses);
  const ofAnyKey = /^allkeys-/.test(settingIn(text, 'maxmemory_policy') ?? '');
  return makesRoom(text, around) && (unknown ? ofAnyKey : hits >= FOUND * misses);
}
