import type { Suspect } from './suspect.ts';

/**
 * Logistic regression of "place and class of the first suspect are right", as scripts/eval/learn-confidence.ts learns it from random systems with
 * random faults and, at half the weight, from perturbed recorded cases; docs/analysis.md has the figures.
 */
export const WEIGHTS: Features = { always: 0.95, score: 1.78, mechanism: 4.83, direct: 2.71, blind: 1.96 };
const LEAST_SCORE = 0.01;

/** From here on one case in some hundreds was wrong, of those that the weights were learned from and of those they were judged with. */
const SURE = 0.995;
/** A place is no mechanism: at least so much of the score must come from what shows the fault itself. */
const LEAST_MECHANISM = 0.3;
/** What a cause that may be called identified has, and no other. */
export const IDENTIFIED = 0.99;

/**
 * How probable it is that the first suspect is at fault, and with a fault of its class, 0 to 0.99; `IDENTIFIED` only where that is next
 * to certain and its mechanism shows. Null where the method's scores were never calibrated.
 */
export function suspectConfidence(suspects: Suspect[]): number | null {
  const features = confidenceFeatures(suspects);
  return features && confidenceIn(features, WEIGHTS);
}

/** The same by given weights, which is how weights are judged. */
export function confidenceIn(features: Features, weights: Features): number {
  const logit = FEATURES.reduce((sum, name) => sum + weights[name] * features[name], 0);
  const probability = 1 / (1 + Math.exp(-logit));
  if (probability >= SURE && features.mechanism >= LEAST_MECHANISM) return IDENTIFIED;
  return Math.min(IDENTIFIED - 0.01, Math.round(probability * 100) / 100);
}

/** What the confidence is told from, in the order of the weights. */
export const FEATURES = ['always', 'score', 'mechanism', 'direct', 'blind'] as const;
export type Features = Record<(typeof FEATURES)[number], number>;

/** What is known of the first suspect; null where the method's scores were never calibrated. */
export function confidenceFeatures([first]: Suspect[]): Features | null {
  if (!first?.support) return null;
  return {
    always: 1,
    score: Math.log(Math.max(first.score, LEAST_SCORE)),
    mechanism: Math.min(1, first.support.mechanism),
    direct: Math.min(1, first.support.direct),
    blind: first.support.sawDirectly ? 0 : 1,
  };
}
