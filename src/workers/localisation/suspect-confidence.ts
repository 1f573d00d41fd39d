import type { Suspect } from './suspect.ts';

/**
 * Logistic regression of "place and class of the first suspect are right", learned from 1,199 synthetic cases of the seed `calibrate`
 * and, at half the weight, from 485 perturbed recorded ones; docs/analysis.md has the figures on other seeds.
 */
const WEIGHTS = { always: 2.19, score: 1.9, lead: 0.19, mechanism: 3.43 } as const;
const LEAST_SCORE = 0.01;
/** Scores this small are noise: a lead over nothing is no endless lead. */
const NOISE = 0.02;

/** From here on every case was right, of the seeds that the weights were learned from and of those they were judged with. */
const SURE = 0.995;
/** A place is no mechanism: at least so much of the score must come from what shows the fault itself. */
const LEAST_MECHANISM = 0.3;
/** What a cause that may be called identified has, and no other. */
export const IDENTIFIED = 0.99;

/**
 * How probable it is that the first suspect is at fault, and with a fault of its class, 0 to 0.99; `IDENTIFIED` only where that is next
 * to certain and its mechanism shows. Null where the method's scores were never calibrated.
 */
export function suspectConfidence([first, second]: Suspect[]): number | null {
  if (!first?.support) return null;
  const { mechanism } = first.support;
  const logit =
    WEIGHTS.always +
    WEIGHTS.score * Math.log(Math.max(first.score, LEAST_SCORE)) +
    WEIGHTS.lead * Math.log((first.score + NOISE) / ((second?.score ?? 0) + NOISE)) +
    WEIGHTS.mechanism * Math.min(1, mechanism);
  const probability = 1 / (1 + Math.exp(-logit));
  if (probability >= SURE && mechanism >= LEAST_MECHANISM) return IDENTIFIED;
  return Math.min(IDENTIFIED - 0.01, Math.round(probability * 100) / 100);
}
