import { isSecretName } from './mask-secrets.ts';

/** Last words of fields that hold a name, and of those that hold what it names. */
const NAMES = new Set([
  'name',
  'key',
  'k',
  'field',
  'label',
  'header',
  'param',
  'parameter',
  'property',
  'attribute',
  'tag',
  'variable',
  'option',
]);
const VALUES = new Set(['value', 'val', 'v', 'content', 'values']);
/** OpenTelemetry writes the type before a value. */
const TYPES = new Set(['string', 'str', 'raw', 'text']);

/** A field taken apart: what it shares with the field that belongs to it, and its own word. */
type Field = { shared: string; word: string };

/** Names repeat from row to row; a name that is none (a text in a list of pairs) is not kept. */
const FIELDS = new Map<string, Field>();
const MOST_FIELDS = 1_000;
const LONGEST_KEPT = 40;

function fieldOf(field: string): Field {
  const known = FIELDS.get(field);
  if (known) return known;
  const made = takeApart(field);
  if (field.length > LONGEST_KEPT) return made;
  if (FIELDS.size >= MOST_FIELDS) FIELDS.clear();
  FIELDS.set(field, made);
  return made;
}

function takeApart(field: string): Field {
  const words = field
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const word = words.pop() ?? '';
  if (VALUES.has(word) && TYPES.has(words.at(-1) ?? '')) words.pop();
  return { shared: words.join('_'), word };
}

const isSecret = (value: unknown): boolean => typeof value === 'string' && isSecretName(value);

/** The fields whose value another field of the same object says to be a secret: `{ key: 'password', value }`, `header.name` and `header.value`. */
export function fieldsNamedBySiblings(object: Record<string, unknown>): Set<string> {
  const own = Object.keys(object);
  const naming = new Set(
    own
      .filter((field) => NAMES.has(fieldOf(field).word) && isSecret(object[field]))
      .map((field) => fieldOf(field).shared),
  );
  if (naming.size === 0) return naming;
  const fields = own.map((field) => ({ field, ...fieldOf(field) }));
  return new Set(fields.flatMap(({ field, shared, word }) => (VALUES.has(word) && naming.has(shared) ? [field] : [])));
}

/**
 * The entries of a list whose value an earlier entry says to be a secret, each as the fields to hide: `[{ key: 'password' }, { value }]`,
 * an object that was torn into tags, `[{ key: 'name', value: 'password' }, { key: 'value', value }]`, pairs and flags of a command.
 */
export function entriesNamedByOthers(list: readonly unknown[]): Map<number, Set<string>> {
  const hidden = new Map<number, Set<string>>();
  list.forEach((entry, index) => {
    const before = list[index - 1];
    const fields = [...valuesAfter(before, entry), ...tagAfter(before, entry)];
    if (fields.length > 0) hidden.set(index, new Set(fields));
  });
  return hidden;
}

/** The values of an entry that has no name of its own, behind one that is nothing but a secret's name. */
function valuesAfter(before: unknown, entry: unknown): string[] {
  if (!isObject(before) || !isObject(entry)) return [];
  const onlyNames = Object.keys(before).every((field) => !VALUES.has(fieldOf(field).word));
  const named = Object.keys(before).some((field) => NAMES.has(fieldOf(field).word) && isSecret(before[field]));
  const unnamed = Object.keys(entry).every((field) => !NAMES.has(fieldOf(field).word));
  return onlyNames && named && unnamed ? Object.keys(entry).filter((field) => VALUES.has(fieldOf(field).word)) : [];
}

/** The value of a tag that is called `value`, behind a tag that is called `name` and holds the name of a secret. */
function tagAfter(before: unknown, entry: unknown): string[] {
  const [first, second] = [tagOf(before), tagOf(entry)];
  if (!first || !second || !isSecret(first.value)) return [];
  const [named, held] = [fieldOf(first.name), fieldOf(second.name)];
  return NAMES.has(named.word) && VALUES.has(held.word) && named.shared === held.shared ? [second.field] : [];
}

function tagOf(entry: unknown): { name: string; field: string; value: unknown } | null {
  if (!isObject(entry)) return null;
  const own = Object.keys(entry);
  const name = own.find((field) => NAMES.has(fieldOf(field).word));
  const field = own.find((one) => VALUES.has(fieldOf(one).word));
  if (name === undefined || field === undefined || typeof entry[name] !== 'string') return null;
  return { name: entry[name], field, value: textOf(entry[field]) };
}

/** OpenTelemetry wraps values: `{ stringValue }`. */
const textOf = (value: unknown): unknown => (isObject(value) ? Object.values(value)[0] : value);

/** What follows the flag of a command that takes a secret, and the second of a pair in a list of pairs. */
export function textNamedBefore(list: readonly unknown[], index: number, isPair: boolean): boolean {
  const before = list[index - 1];
  if (typeof before !== 'string' || typeof list[index] !== 'string' || !isSecretName(before)) return false;
  // A flag is one word: what holds its value itself, or is prose, says nothing of what follows.
  return isPair || /^--?[A-Za-z]\S*$/.test(before);
}

/** A list of nothing but pairs, the first of each a text. */
export const isListOfPairs = (list: readonly unknown[]): boolean =>
  list.length > 0 && list.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
