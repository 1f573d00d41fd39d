import type { Suspect } from './suspect.ts';

/**
 * Logistic regression of "place and class of the first suspect are right", as scripts/eval/learn-confidence.ts learns it from random systems with
 * random faults and, at half the weight, from perturbed recorded cases; docs/analysis.md has the figures.
 */
export const WEIGHTS: Features = {
  always: 1.06,
  score: 1.1,
  shown: 6.67,
  direct: 3.05,
  use: -1.8,
  useInRush: -5.6,
  requestsOnly: 1.36,
};
const LEAST_SCORE = 0.01;

/** From here on one case in some hundreds was wrong, of those that the weights were learned from and of those they were judged with. */
const SURE = 0.995;
/** A place is no mechanism, and a hint no proof: at least so much of the score must come from what shows the fault itself. */
const LEAST_SHOWN = 0.3;
/** No fault shows itself in requests: one suspect in five was innocent where they spoke most clearly. */
const MOST_BY_REQUESTS = 0.85;
/** A method's own probabilities were never judged where they are next to certain. */
const MOST_BY_METHOD = 0.95;
/** What a cause that may be called identified has, and no other. */
export const IDENTIFIED = 0.99;

/**
 * How probable it is that the first suspect is at fault, and with a fault of its class (the place alone where only requests are
 * measured, as no class shows there), 0 to 0.99; `IDENTIFIED` only where that is next to certain and the fault itself shows. Null where the
 * method's scores were never calibrated.
 */
export function suspectConfidence(suspects: Suspect[]): number | null {
  const probability = suspects[0]?.probability;
  if (probability !== undefined) return Math.min(MOST_BY_METHOD, Math.round(probability * 100) / 100);
  const features = confidenceFeatures(suspects);
  return features && confidenceIn(features, WEIGHTS);
}

/** The same by given weights, which is how weights are judged. */
export function confidenceIn(features: Features, weights: Features): number {
  const logit = FEATURES.reduce((sum, name) => sum + weights[name] * features[name], 0);
  const probability = 1 / (1 + Math.exp(-logit));
  const isShown = features.shown >= LEAST_SHOWN;
  if (probability >= SURE && isShown) return IDENTIFIED;
  const most = features.requestsOnly === 1 && !isShown ? MOST_BY_REQUESTS : IDENTIFIED - 0.01;
  return Math.min(most, Math.round(probability * 100) / 100);
}

/** What the confidence is told from, in the order of the weights. */
export const FEATURES = ['always', 'score', 'shown', 'direct', 'use', 'useInRush', 'requestsOnly'] as const;
export type Features = Record<(typeof FEATURES)[number], number>;

/** What is known of the first suspect; null where the method's scores were never calibrated. */
export function confidenceFeatures([first]: Suspect[]): Features | null {
  if (!first?.support) return null;
  const { shown, direct, use, rush, requestsOnly } = first.support;
  return {
    always: 1,
    score: Math.log(Math.max(first.score, LEAST_SCORE)),
    shown: Math.min(1, shown),
    direct: Math.min(1, direct),
    use,
    useInRush: use * rush,
    requestsOnly: requestsOnly ? 1 : 0,
  };
}
