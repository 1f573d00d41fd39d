import type { Derivation } from './derivation.ts';
import { countedIn } from './derive-counts.ts';
import { durationsOf } from './derive-durations.ts';
import { type ClaimedQuantity, equalAsWritten } from './match-quantity.ts';
import type { NumberGroup } from './read-countable.ts';

const CHANGE =
  /\b(?:by|difference|more|less|fewer|rose|risen|grew|grown|increas\w*|decreas\w*|drop\w*|fell|fallen|higher|lower|left|remain\w*|free|later|longer|shorter|above|below)\b/i;
const TOGETHER = /\b(?:together|total|sum|altogether|combined|in all|both|overall)\b/i;
const TIMES = /\b(?:times|fold|x)\b|\d\s?[x×]|-fold/i;
const AVERAGE = /\b(?:average|avg|mean|on average)\b/i;
const MEDIAN = /\b(?:median|p50)\b/i;
const PERCENTILE = /\bp(9[0-9]|75)\b/i;

/**
 * True when a number follows from the evidence although it does not stand there: a count of what is listed, a share, a sum,
 * difference or ratio of numbers that the same sentence names and the evidence bears out, an average, or the time between two
 * times. The sentence has to say which of these it means, so that no number is borne out by chance.
 */
export function isDerived(quantity: ClaimedQuantity, derivation: Derivation): boolean {
  const { sentence, cited } = derivation;
  return (
    fromPairs(quantity, derivation) ||
    countedIn(quantity, derivation) ||
    cited.some(({ countable }) => countable().groups.some((group) => fromGroup(quantity, group, sentence))) ||
    (quantity.dimension === 'time' && durationsOf(derivation).some((ms) => isDuration(quantity, ms)))
  );
}

const isDuration = (quantity: ClaimedQuantity, ms: number) => equalAsWritten(quantity, ms / quantity.scale, false);
const baseOf = ({ value, scale }: ClaimedQuantity) => value * scale;

function fromPairs(quantity: ClaimedQuantity, { sentence, supported }: Derivation): boolean {
  const others = supported.filter((one) => one !== quantity && one.value > 0);
  return others.some((left) =>
    others.some(
      (right) => left !== right && left.dimension === right.dimension && fromPair(quantity, left, right, sentence),
    ),
  );
}

function fromPair(quantity: ClaimedQuantity, left: ClaimedQuantity, right: ClaimedQuantity, sentence: string): boolean {
  const [a, b] = [baseOf(left), baseOf(right)];
  const is = (value: number) => equalAsWritten(quantity, value, false);
  if (quantity.dimension === 'share' && left.dimension !== 'share')
    return (a <= b && is((100 * a) / b)) || (CHANGE.test(sentence) && is((100 * Math.abs(b - a)) / Math.min(a, b)));
  if (quantity.dimension === 'plain' && TIMES.test(sentence) && a > b && is(a / b)) return true;
  if (quantity.dimension !== left.dimension) return false;
  if (CHANGE.test(sentence) && a > b && is((a - b) / quantity.scale)) return true;
  return TOGETHER.test(sentence) && is((a + b) / quantity.scale);
}

/** A mean, a median, a percentile or a sum of numbers that belong together, where the sentence says so. */
function fromGroup(quantity: ClaimedQuantity, group: NumberGroup, sentence: string): boolean {
  const is = (value: number) => sameUnit(quantity, group, value);
  const sorted = [...group.values].sort((left, right) => left - right);
  const sum = group.values.reduce((total, value) => total + value, 0);
  if (AVERAGE.test(sentence) && is(sum / sorted.length)) return true;
  if (TOGETHER.test(sentence) && is(sum)) return true;
  if (MEDIAN.test(sentence) && (is(at(sorted, 0.5)) || is((at(sorted, 0.5) + at(sorted, 0.5, 1)) / 2))) return true;
  const percent = PERCENTILE.exec(sentence)?.[1];
  return percent !== undefined && is(at(sorted, Number(percent) / 100));
}

/** The nearest rank, and the one after it. */
function at(sorted: number[], share: number, after = 0): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1 + after))] ?? Number.NaN;
}

function sameUnit(quantity: ClaimedQuantity, group: NumberGroup, value: number): boolean {
  if (quantity.dimension === group.dimension)
    return equalAsWritten(quantity, (value * group.scale) / quantity.scale, false);
  if (group.dimension !== 'plain') return false;
  return equalAsWritten(quantity, quantity.dimension === 'share' && value <= 1 ? value * 100 : value, false);
}
