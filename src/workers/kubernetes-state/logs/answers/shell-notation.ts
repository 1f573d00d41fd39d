/** A value as JSON or the shell of MongoDB writes it; of `Long('7')`, `ISODate("…")` and their like, what stands in the brackets. */
export type Notation = string | Notation[] | { [key: string]: Notation };
export type Notes = { [key: string]: Notation };

const MAX_TEXT = 200_000;
const MAX_DEPTH = 40;
const NAME = /[\w$.+-]+/y;
const STRING = /(['"`])((?:[^'"`\\\n]|\\.|(?!\1)['"`])*)\1?/y;

type Cursor = { text: string; at: number };

/**
 * Reads all objects and lists that stand in a text, whether JSON or the looser notation of a shell (keys without quotes, values that are
 * calls); what is cut off or not understood is left out. Never throws.
 */
export function notationsIn(text: string): Notation[] {
  const cursor = { text: text.slice(0, MAX_TEXT), at: 0 };
  const found: Notation[] = [];
  while (cursor.at < cursor.text.length) {
    const next = cursor.text[cursor.at];
    if (next === '{' || next === '[') found.push(valueAt(cursor, 0) ?? []);
    else cursor.at += 1;
  }
  return found;
}

/** The object of a value with all that lie below it, each with the key under which it stands. */
export function objectsIn(value: Notation, key = ''): { key: string; own: Notes }[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value)) return value.flatMap((one) => objectsIn(one, key));
  return [{ key, own: value }, ...Object.entries(value).flatMap(([name, one]) => objectsIn(one, name))];
}

/** A value that is text, whatever it was written as; empty where there is none. */
export const wordAt = (notes: Notes, key: string): string => {
  const value = notes[key];
  return typeof value === 'string' ? value : '';
};

/** A value as a number; NaN where it is none. */
export const countAt = (notes: Notes, key: string): number => Number.parseFloat(wordAt(notes, key));

function valueAt(cursor: Cursor, depth: number): Notation | null {
  const next = cursor.text[cursor.at];
  if (next === '{') return objectAt(cursor, depth);
  if (next === '[') return listAt(cursor, depth);
  const quoted = matchAt(cursor, STRING);
  if (quoted) return quoted[2] ?? '';
  const name = matchAt(cursor, NAME)?.[0];
  if (name === undefined) return null;
  if (name === 'new') {
    skip(cursor, ' ');
    return valueAt(cursor, depth);
  }
  if (cursor.text[cursor.at] !== '(') return name;
  const [first] = partsAt(cursor, ')', depth);
  return first ?? '';
}

function objectAt(cursor: Cursor, depth: number): Notes {
  const notes: Notes = {};
  cursor.at += 1;
  while (cursor.at < cursor.text.length) {
    skip(cursor, ' \n\r\t,');
    if (cursor.text[cursor.at] === '}') {
      cursor.at += 1;
      break;
    }
    const key = matchAt(cursor, STRING)?.[2] ?? matchAt(cursor, NAME)?.[0];
    skip(cursor, ' \n\r\t');
    if (key === undefined || cursor.text[cursor.at] !== ':') {
      if (key === undefined) cursor.at += 1;
      continue;
    }
    cursor.at += 1;
    skip(cursor, ' \n\r\t');
    const value = depth < MAX_DEPTH ? valueAt(cursor, depth + 1) : null;
    if (value !== null) notes[key] = value;
  }
  return notes;
}

const listAt = (cursor: Cursor, depth: number): Notation[] => partsAt(cursor, ']', depth);

/** What stands between brackets of whatever kind. */
function partsAt(cursor: Cursor, end: string, depth: number): Notation[] {
  const parts: Notation[] = [];
  cursor.at += 1;
  while (cursor.at < cursor.text.length) {
    skip(cursor, ' \n\r\t,');
    if (cursor.text[cursor.at] === end) {
      cursor.at += 1;
      break;
    }
    const value = depth < MAX_DEPTH ? valueAt(cursor, depth + 1) : null;
    if (value === null) cursor.at += 1;
    else parts.push(value);
  }
  return parts;
}

function matchAt(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match) cursor.at += match[0].length;
  return match;
}

function skip(cursor: Cursor, letters: string): void {
  while (cursor.at < cursor.text.length && letters.includes(cursor.text[cursor.at] ?? '?')) cursor.at += 1;
}
