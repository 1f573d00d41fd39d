import type { Quantity } from '../detectors/support/quantities.ts';

/** A number of a claim: `approximate` when the claim itself says "about". */
export type ClaimedQuantity = Quantity & { approximate: boolean };

const APPROXIMATE_SHARE = 0.05;

/**
 * True when the evidence's number bears the claim's out: the same value, or the same after a change of unit (30000 ms is
 * 30 s, 0.95 is 95 %, 536870912 bytes are 512 Mi), rounded no further than the claim is written.
 */
export function bearsOut(claim: ClaimedQuantity, found: Quantity): boolean {
  return inUnitOf(claim, found).some((value) => equalAsWritten(claim, value, value === found.value));
}

/** The evidence's number in the claim's unit; numbers without a unit may be in the base unit or in the claim's own. */
function inUnitOf(claim: Quantity, found: Quantity): number[] {
  if (claim.dimension === found.dimension) {
    const converted = (found.value * found.scale) / claim.scale;
    return claim.scale === found.scale ? [found.value] : [converted];
  }
  if (claim.dimension === 'plain') return [found.value];
  if (found.dimension !== 'plain') return [];
  const bare = found.value * found.scale;
  if (claim.dimension === 'share') return bare <= 1 ? [bare, bare * 100] : [bare];
  return claim.dimension === 'time'
    ? [bare, bare / claim.scale, (bare * 1000) / claim.scale]
    : [bare, bare / claim.scale];
}

/** True when a value, in the claim's own unit, rounds to the claim; what was counted in the same unit has to be exact. */
export function equalAsWritten(claim: ClaimedQuantity, value: number, sameUnit: boolean): boolean {
  const distance = Math.abs(claim.value - value);
  if (distance <= 1e-9 * Math.max(1, Math.abs(value))) return true;
  if (claim.approximate && distance <= APPROXIMATE_SHARE * Math.abs(value)) return true;
  if (sameUnit && Number.isInteger(value)) return false;
  // Rounding to nothing (0.3 s as "0 s") or from far (1.4 h as "1 h") would bear out what was never measured.
  return value >= 1 === claim.value >= 1 && distance <= 0.5 * 10 ** -claim.decimals + 1e-9;
}
