import type { IndexedEvidence } from './evidence-index.ts';
import type { ClaimedQuantity } from './match-quantity.ts';
import type { ClaimParts } from './read-claim.ts';

/** A sentence, what it claims, and what its evidence bears out of that word for word. */
export type Derivation = {
  sentence: string;
  claim: ClaimParts;
  supported: ClaimedQuantity[];
  cited: IndexedEvidence[];
  alertStarts: number[];
};
