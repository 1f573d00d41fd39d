import { type Quantity, quantitiesIn } from '../detectors/support/quantities.ts';
import { PLAIN } from './field-units.ts';

/** A number that a text writes as a word, where the word claims a quantity; its place in the text. */
export type NumberWord = { text: string; value: number; index: number };

/** A claim that is no exact number: "dozens", "half of", "more than twenty seconds". Least and most are inclusive, in base units. */
export type LooseQuantity = Pick<Quantity, 'dimension' | 'scale'> & { text: string; least: number; most: number };

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const POWERS: Record<string, number> = { hundred: 100, thousand: 1_000, million: 1_000_000 };
const TOKEN = `(?:${[...UNITS, ...TENS, ...Object.keys(POWERS)].join('|')})`;
/** Whole words only: a hyphen makes them part of another ("two-phase"), but for numbers like "twenty-five". */
const PHRASE = new RegExp(`(?<![\\w-])${TOKEN}(?:(?:-|\\s+(?:and\\s+)?)${TOKEN})*(?![\\w-])`, 'gi');

/** What follows a word that counts: up to two words and a plural, or "of" them, or a unit. */
const COUNTED =
  /^\s+(?:of\s+(?:the|its|their|our|those|these|them|\d|[a-z]+\s)|percent\b|per ?cent\b|(?:[a-z][a-z-]*\s+){0,2}?[a-z][a-z-]+s\b)/i;
/** Words in -s that are no things: "step two fails", "the two is". */
const NO_PLURAL =
  /^\s+(?:[a-z-]+\s+){0,2}?(?:is|was|has|does|as|its|this|thus|less|across|always|fails|shows|says|means|needs|takes|makes|gets|explains|depends|exceeds|reaches|rejects|refuses|suggests)\b/i;
/** What a report says of itself counts nothing that evidence could hold. */
const OF_THE_REPORT =
  /^\s+(?:[a-z-]+\s+){0,2}?(?:reasons|causes|hypotheses|explanations|findings|things|ways|pieces|sources|facts|steps|sides|problems|symptoms|signs|signals|issues|kinds|types|sorts|parts|aspects|options|possibilities|candidates|conclusions|questions|observations|lines of evidence|classes|cases|effects|factors|stages|phases|actions|checks)\b/i;
/** Those that were named already. */
const NAMED_BEFORE =
  /\b(?:the|these|those|between|both|other|its|their|step|phase|tier|level|stage|version|number|part|option|or|to|and)\s+$/i;
const AT_LEAST = /\b(?:more than|over|at least|above|upwards of|no fewer than|no less than)\s+$/i;
const AT_MOST = /\b(?:less than|fewer than|under|below|up to|at most|no more than|within)\s+$/i;

/** The whole numbers from zero on that a text writes as words where they claim a quantity; "one" alone is no number. */
export function numberWordsIn(text: string): NumberWord[] {
  return phrasesIn(text)
    .filter(({ bound }) => bound === null)
    .map(({ text: words, value, index }) => ({ text: words, value, index }));
}

/** The text with digits in the place of such words. */
export function withDigits(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { text: words, value, index } of numberWordsIn(text)) {
    parts.push(text.slice(from, index), String(value));
    from = index + words.length;
  }
  return `${parts.join('')}${text.slice(from)}`.replace(TWICE, '2 times');
}

const TWICE = /\btwice\b(?!\s+(?:as|a|an|per|the|that|this|its|every|daily)\b)/gi;

type Phrase = NumberWord & { bound: 'least' | 'most' | null };

function phrasesIn(text: string): Phrase[] {
  return [...text.matchAll(PHRASE)].flatMap((match): Phrase[] => {
    const words = match[0];
    const value = valueOfWords(words.toLowerCase());
    const before = text.slice(Math.max(0, match.index - 20), match.index);
    const after = text.slice(match.index + words.length, match.index + words.length + 80);
    if (value === null || value === 1 || !claims(before, after, value)) return [];
    const bound = AT_LEAST.test(before) ? 'least' : AT_MOST.test(before) ? 'most' : null;
    return [{ text: words, value, index: match.index, bound }];
  });
}

function claims(before: string, after: string, value: number): boolean {
  // The value of a metric or a count that stands for itself.
  if (/:\s*$/.test(before) && /^\s*[.!]?\s*$/.test(after)) return true;
  if (!COUNTED.test(after) || NO_PLURAL.test(after) || OF_THE_REPORT.test(after)) return false;
  return value > 5 || !NAMED_BEFORE.test(before);
}

/** The number of a sequence of number words; null for one that is no number ("two three", "hundred" alone). */
function valueOfWords(words: string): number | null {
  const tokens = words.split(/[\s-]+/).filter((token) => token !== 'and');
  let total = 0;
  let group: number | null = null;
  for (const token of tokens) {
    const power = POWERS[token];
    if (power !== undefined) {
      if (group === null || group === 0) return null;
      if (power === 100) group *= 100;
      else {
        total += group * power;
        group = null;
      }
      continue;
    }
    const small = UNITS.indexOf(token);
    const value = small !== -1 ? small : 20 + 10 * TENS.indexOf(token);
    const room =
      group === null ||
      (small !== -1 && small > 0 && small < 10 ? group % 10 === 0 && group % 100 !== 10 : group % 100 === 0);
    if (!room || (group !== null && value === 0)) return null;
    group = (group ?? 0) + value;
  }
  return total + (group ?? 0);
}

type Loose = { pattern: RegExp; share?: true; least: number; most: number };

const LOOSE: readonly Loose[] = [
  { pattern: /\bhundreds of thousands of [a-z]+/gi, least: 100_000, most: 1e7 },
  { pattern: /\btens of thousands of [a-z]+/gi, least: 10_000, most: 1e6 },
  { pattern: /(?<!(?:tens|hundreds) of )\bthousands of [a-z]+/gi, least: 1_000, most: 1e6 },
  { pattern: /\bmillions of [a-z]+/gi, least: 1e6, most: 1e12 },
  { pattern: /\bhundreds of (?!thousands)[a-z]+/gi, least: 100, most: 9_999 },
  { pattern: /\bdozens of [a-z]+/gi, least: 20, most: 999 },
  { pattern: /\bhalf a dozen [a-z]+/gi, least: 5, most: 7 },
  { pattern: /(?<!half )\ba dozen [a-z]+/gi, least: 10, most: 15 },
  { pattern: /\ba hundred [a-z]+s\b/gi, least: 80, most: 125 },
  { pattern: /\ba thousand [a-z]+s\b/gi, least: 800, most: 1_250 },
  { pattern: /\bhalf (?:of )?(?:the|its|all|their|those)\b/gi, share: true, least: 0.4, most: 0.6 },
  { pattern: /\ba third of\b/gi, share: true, least: 0.28, most: 0.39 },
  { pattern: /\btwo[ -]thirds of\b/gi, share: true, least: 0.6, most: 0.73 },
  { pattern: /\b(?:a|one) quarter of\b/gi, share: true, least: 0.2, most: 0.3 },
  { pattern: /\bthree[ -]quarters of\b/gi, share: true, least: 0.7, most: 0.8 },
];

/** The unit of the word behind a number: "milliseconds" is one, "pods" is none. */
function unitBehind(words: string): Pick<Quantity, 'dimension' | 'scale'> {
  const [unit] = quantitiesIn(`1 ${words.trimStart().slice(0, 14)}`);
  return unit ?? PLAIN;
}

function looselyIn(text: string, { pattern, share, least, most }: Loose): LooseQuantity[] {
  return [...text.matchAll(pattern)].map(([found]) => {
    const { dimension, scale } = share ? SHARE : unitBehind(found.slice(found.lastIndexOf(' ')));
    return { text: found, dimension, scale, least: least * scale, most: most * scale };
  });
}

const SHARE = { dimension: 'share', scale: 1 } as const;

/** "More than ten" is no word for a thousand. */
const FAR = 10;

/** The claims of a text that name no exact number. */
export function looseQuantitiesIn(text: string): LooseQuantity[] {
  const worded = LOOSE.flatMap((loose) => looselyIn(text, loose));
  const bounded = phrasesIn(text).flatMap(({ text: words, value, index, bound }): LooseQuantity[] => {
    if (bound === null) return [];
    const { dimension, scale } = unitBehind(text.slice(index + words.length));
    const [least, most] = bound === 'least' ? [value * scale, value * scale * FAR] : [0, value * scale];
    return [{ text: words, dimension, scale, least, most }];
  });
  return [...worded, ...bounded];
}
