import type { Derivation } from './derivation.ts';
import { type ClaimedQuantity, equalAsWritten } from './match-quantity.ts';
import type { Countable, Countables } from './read-countable.ts';

/** So many out of so many. */
export type Count = { of: number; all: number };

/** Longer values are prose, not kinds. */
const MOST_KIND = 60;

/** True when the number counts something that the sentence names and the evidence lists, or is its share of all. */
export function countedIn(quantity: ClaimedQuantity, { sentence, claim, cited }: Derivation): boolean {
  if (quantity.dimension === 'share') {
    return cited.some(({ countable }) =>
      countsOf(countable(), sentence, claim.names).some(
        ({ of, all }) => all > 0 && equalAsWritten(quantity, (100 * of) / all, false),
      ),
    );
  }
  if (quantity.dimension !== 'plain' || !Number.isInteger(quantity.value)) return false;
  if (enumerates(sentence, quantity.value, cited)) return true;
  return cited.some(
    ({ countable }) =>
      countsOf(countable(), sentence, claim.names).some(({ of }) => of === quantity.value) ||
      distinctOf(countable(), quantity, sentence),
  );
}

/** What of the evidence can be counted that a sentence names. */
export function countsOf({ lists, lines }: Countable, sentence: string, known: string[]): Count[] {
  const names = [...known, ...[...sentence.toLowerCase().matchAll(NAME)].map(([name]) => name)];
  const ofLists = lists.flatMap((list) => [...byKind(list, sentence), ...byName(list.map(textOf), names)]);
  if (!/\b(?:lines?|entries|messages?|logs?|times|occurrences?)\b/i.test(sentence)) return ofLists;
  return [
    ...ofLists,
    { of: lines.length, all: lines.length },
    ...byName(
      lines.map((line) => line.toLowerCase()),
      names,
    ),
  ];
}

const ENUMERATION = /[\w./:-]+(?:, [\w./:-]+)*,? and [\w./:-]+/g;

/** "2 containers, app and proxy": the sentence itself names as many, and the evidence knows each of them. */
function enumerates(sentence: string, count: number, cited: Derivation['cited']): boolean {
  return [...sentence.toLowerCase().matchAll(ENUMERATION)].some(([list]) => {
    // The list may begin with the noun: "2 pods, a and b".
    const last = list.split(/,? and |, /).slice(-count);
    const named = new Set(last.map((name) => name.replace(/[.:]+$/, '')));
    return named.size === count && [...named].every((name) => cited.some(({ text }) => hasWord(text, name)));
  });
}

/** Words that are put together, as names are. */
const NAME = /\b[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+\b/g;

const textOf = (item: Record<string, unknown>) => JSON.stringify(item).toLowerCase();

/** Items whose text holds a name of the sentence. */
function byName(texts: string[], names: string[]): Count[] {
  return names.map((name) => ({ of: texts.filter((text) => text.includes(name)).length, all: texts.length }));
}

/** Items by the value of one of their fields, where the sentence speaks of the value (or, of yes and no, of the field). */
function byKind(list: Countables, sentence: string): Count[] {
  const fields = [...new Set(list.slice(0, 50).flatMap((item) => Object.keys(item)))];
  return fields.flatMap((field) => {
    const kinds = Map.groupBy(list, (item) => item[field]);
    return [...kinds]
      .filter(([kind]) => speaksOf(sentence, field, kind))
      .map(([, items]) => ({ of: items.length, all: list.length }));
  });
}

function speaksOf(sentence: string, field: string, kind: unknown): boolean {
  if (typeof kind === 'boolean')
    return (hasWord(sentence, field) || hasWord(sentence, `un${field}`)) && kind !== isNegated(sentence, field);
  if (typeof kind !== 'string' || kind.length < 2 || kind.length > MOST_KIND) return false;
  return hasWord(sentence, kind);
}

/** "not ready", "no longer ready", "unready", "without an error". */
function isNegated(sentence: string, field: string): boolean {
  const name = field.replace(/[^A-Za-z0-9]/g, '');
  return new RegExp(`\\b(?:not|no|never|without|longer|isn't|aren't|un)[ -]?(?:an? |yet )?${name}`, 'i').test(sentence);
}

/** `error` is in "errors" and in "3 error spans", not in "terror". */
function hasWord(sentence: string, word: string): boolean {
  const text = sentence.toLowerCase();
  const at = text.indexOf(word.toLowerCase());
  return (
    at !== -1 &&
    !/[a-z0-9]/.test(text[at - 1] ?? ' ') &&
    !/[a-z0-9]/.test((text.slice(at + word.length).replace(/^s\b/, '') || ' ')[0] ?? ' ')
  );
}

/** "on 3 nodes": how many different values a field has whose name follows the number. */
function distinctOf({ lists }: Countable, quantity: ClaimedQuantity & { text?: string }, sentence: string): boolean {
  const noun = new RegExp(`\\b${quantity.value}\\s+(?:\\w+\\s+){0,2}?([a-z]{3,20})s\\b`, 'i')
    .exec(sentence)?.[1]
    ?.toLowerCase();
  if (!noun) return false;
  return lists.some((list) => {
    const values = list.map((item) => item[noun] ?? (item.labels as Record<string, unknown> | undefined)?.[noun]);
    return new Set(values.filter((value) => typeof value === 'string')).size === quantity.value;
  });
}
