import type { Quantity } from '../detectors/support/quantities.ts';
import type { Derivation } from './derivation.ts';
import { countsOf } from './derive-counts.ts';
import type { LooseQuantity } from './number-words.ts';

/**
 * True when the evidence holds a number that the words fit: one that stands there, the length of a list, a count of what the sentence names,
 * or the share of such a count. Generous on purpose: who writes "dozens" has not promised a number.
 */
export function fitsLoosely(loose: LooseQuantity, derivation: Derivation): boolean {
  const { dimension, least, most } = loose;
  const fits = (value: number) => value >= least && value <= most;
  const { cited, sentence, claim, supported } = derivation;
  if (dimension === 'share') {
    const shares = supported.flatMap((part) =>
      supported.map((all) => (part.value * part.scale) / (all.value * all.scale)),
    );
    return (
      shares.some((share) => share < 1 && fits(share)) ||
      cited.some(
        ({ quantities, countable }) =>
          quantities.some((found) => isShare(found.dimension, found.value * found.scale, fits)) ||
          countsOf(countable(), sentence, claim.names).some(({ of, all }) => all > 0 && fits(of / all)),
      )
    );
  }
  return cited.some(
    ({ quantities, lengths, countable }) =>
      quantities.some((found) => inBaseUnits(found, loose).some(fits)) ||
      (dimension === 'plain' && [...lengths].some(fits)) ||
      countsOf(countable(), sentence, claim.names).some(({ of }) => fits(of)),
  );
}

/** A number without a unit is the claim's own bound, or nothing that could be compared. */
function inBaseUnits(found: Quantity, { dimension, scale, least, most }: LooseQuantity): number[] {
  if (found.dimension === dimension) return [found.value * found.scale];
  const bare = found.value * scale;
  return found.dimension === 'plain' && (bare === least || bare === most) ? [bare] : [];
}

/** A share, or a number without a unit that may be one, as a fraction or in percent. */
function isShare(dimension: string, value: number, fits: (value: number) => boolean): boolean {
  if (dimension !== 'share' && dimension !== 'plain') return false;
  return fits(value) || (dimension === 'plain' && value > 1 && fits(value / 100));
}
