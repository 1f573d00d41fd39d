import type { StormEntity } from './alert-storm-entities.ts';

/**
 * What the confidence in the first suspect of an alert storm is told from.
 *
 * always      1
 * share       its part of all blame, as the logarithm of the odds
 * own         1 where its own state or what it uses up is alerted, and not only what its requests suffer
 * known       1 where it is known who calls whom
 * entities    the logarithm of how many have alerts
 */
export const STORM_FEATURES = ['always', 'share', 'own', 'known', 'entities'] as const;
export type StormFeatures = Record<(typeof STORM_FEATURES)[number], number>;

/**
 * Logistic regression of "the storm began at the first suspect", as scripts/eval/learn-storm-confidence.ts learns it from storms of random systems;
 * docs/analysis.md has the figures.
 */
export const STORM_WEIGHTS: StormFeatures = { always: -0.52, share: 0.8, own: 1.13, known: 0.13, entities: 0.34 };

/** Shares of nothing and of everything have no odds. */
const LEAST_SHARE = 0.02;

/** `share` is the first suspect's part of all blame (0 to 1), `entities` how many have alerts. */
export function stormFeatures(
  { kinds }: StormEntity,
  { share, known, entities }: { share: number; known: boolean; entities: number },
): StormFeatures {
  const odds = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));
  return {
    always: 1,
    share: Math.log(odds / (1 - odds)),
    own: kinds.has('state') || kinds.has('saturation') ? 1 : 0,
    known: known ? 1 : 0,
    entities: Math.log(entities),
  };
}

/** How probable it is that the storm began there (0 to 1); the class that its alerts speak of is a guess beside it. */
export function stormConfidence(features: StormFeatures, weights: StormFeatures = STORM_WEIGHTS): number {
  const logit = STORM_FEATURES.reduce((sum, name) => sum + weights[name] * features[name], 0);
  return 1 / (1 + Math.exp(-logit));
}
