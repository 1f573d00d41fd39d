import { fitsLoosely } from './check-loose-quantity.ts';
import { isDerived } from './derive-quantity.ts';
import type { IndexedEvidence } from './evidence-index.ts';
import { bearsOut, type ClaimedQuantity } from './match-quantity.ts';
import { looseQuantitiesIn } from './number-words.ts';
import { readClaim } from './read-claim.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What a claim may lean on: the evidence it cites, the numbers of all evidence, and names that the alerts themselves used. */
export type Grounds = {
  cited: IndexedEvidence[];
  known: ReadonlySet<number>;
  alertText: string;
  /** When the alerts began, epoch ms: a duration may be counted from there. */
  alertStarts?: number[];
};

/**
 * The parts of a sentence that its evidence does not bear out, in the sentence's own words (numbers as digits); empty when it
 * stands.
 */
export function unsupportedParts(given: string, { cited, known, alertText, alertStarts = [] }: Grounds): string[] {
  const claim = readClaim(given);
  const stated = (quantity: ClaimedQuantity) =>
    cited.some(
      ({ quantities, lengths }) =>
        quantities.some((found) => bearsOut(quantity, found)) ||
        (quantity.dimension === 'plain' && lengths.has(quantity.value)),
    );
  const supported = claim.quantities.filter(stated);
  const derivation = { sentence: claim.sentence, claim, supported, cited, alertStarts };
  const instants = cited.flatMap((evidence) => evidence.instants);
  const named = (name: string) => alertText.includes(name) || cited.some(({ text }) => text.includes(name));
  return [
    ...claim.cited.filter((number) => !known.has(number)).map((number) => `[${number}]`),
    ...claim.quantities
      .filter((quantity) => !supported.includes(quantity))
      .filter((quantity) => !isDerived(quantity, derivation))
      .map(({ text }) => text),
    ...looseQuantitiesIn(given)
      .filter((loose) => !fitsLoosely(loose, derivation))
      .map(({ text }) => text),
    ...claim.names.filter((name) => !named(name)),
    ...claim.instants
      .filter((ms) => !instants.some((at) => Math.abs(at - ms) < MINUTE_MS))
      .map((ms) => new Date(ms).toISOString()),
    ...claim.timesOfDay
      .filter((minutes) => !instants.some((at) => nearTimeOfDay(at, minutes)))
      // A length of time is written like a time of day, and stands in the evidence as it is.
      .filter((minutes) => !cited.some(({ text }) => asWritten(minutes).test(text)))
      .map(clock),
    ...claim.days.filter((day) => !instants.some((at) => dayOf(at) === day)),
  ];
}

function dayOf(ms: number): string {
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 10) : '';
}

function nearTimeOfDay(at: number, minutes: number): boolean {
  const distance = Math.abs((((at % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS - minutes);
  return Math.min(distance, 1440 - distance) < 1;
}

const clock = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
const asWritten = (minutes: number) => new RegExp(`(?<![\\d.:])0?${clock(minutes)}(?!\\d)`);

/** True when a text holds anything that evidence could contradict: a number, a name or a time. */
export function saysSomething(text: string): boolean {
  const { quantities, names, instants, timesOfDay, days } = readClaim(text);
  return [quantities, names, instants, timesOfDay, days].some((parts) => parts.length > 0);
}

/** A text as its sentences; dots inside numbers, names and abbreviations do not end one. */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=\S[.!?])\s+(?=[\p{Lu}"“`'])/u).filter((sentence) => sentence.trim() !== '');
}
