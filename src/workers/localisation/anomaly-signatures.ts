import type { AlertClass } from '../../shared/alert.ts';
import type { AnomalyKind } from './anomaly-kinds.ts';

/** What can be wrong with an instance, as far as anomalies tell such troubles apart. */
export const TROUBLES = ['restarted', 'down', 'overloaded', 'delayed', 'lossy'] as const;
export type Trouble = (typeof TROUBLES)[number];

export const TROUBLE_CLASS = {
  restarted: 'infrastructure',
  down: 'infrastructure',
  overloaded: 'resource',
  delayed: 'network',
  lossy: 'network',
} as const satisfies Record<Trouble, AlertClass>;

export const TROUBLE_TEXT = {
  restarted: 'was killed and started again',
  down: 'was down',
  overloaded: 'was short of CPU or memory',
  delayed: 'was slow to reach over the network',
  lossy: 'lost packets on the network',
} as const satisfies Record<Trouble, string>;

/** What is looked at of an instance: the kinds of its anomalies, and amounts of some of them. */
export type Trait = AnomalyKind | 'share of slow spans' | 'log lines' | 'share of log lines' | 'missing log lines';

type Weights = readonly [restarted: number, down: number, overloaded: number, delayed: number, lossy: number];

/**
 * How much each trait speaks for (above 0) or against each trouble, in nats, in the order of TROUBLES. A trait that speaks
 * against is a symptom of somebody else's trouble: failures that callers see are mostly those of a callee. Learned by
 * multinomial logistic regression with L2 shrinkage towards the mean of the troubles, rounded to one decimal, small ones left out;
 * docs/analysis.md says on which cases and how it does on the others.
 */
export const SIGNATURES: Readonly<Record<Trait, Weights>> = {
  'more cpu': [0.6, 0.5, 3, -0.4, 0],
  'less cpu': [0.2, 0.2, 0, 0.1, 0.8],
  'more memory': [2, 1.4, 0.8, 0.2, 0.4],
  'less memory': [0, 0, 0, 0, -0.2],
  'more threads': [1.7, 0.8, 0.6, 0.5, 1],
  'more disk': [0.5, 0.3, -0.2, -0.5, 0],
  'receives more': [-0.8, 0.3, -0.4, -0.4, 0],
  'receives less': [0.8, 1.2, 0.8, 0.7, 0.9],
  'sends more': [0.2, 0, 0.9, 0, 0.1],
  'sends less': [0.9, 0.8, -0.4, 0, 2],
  'serves slower': [-0.5, -0.4, 0.8, 0.6, 0],
  'serves faster': [0, -0.6, -0.4, 0, -0.6],
  'waits longer': [1.1, 0.8, 0.2, 1.7, 1],
  'serves failures': [-0.5, -0.2, -0.3, -0.5, -1.1],
  'its calls fail': [-1.3, -1.2, -0.6, -1, 0.3],
  'serves more': [0.2, -0.5, 0.2, -0.2, -0.4],
  'serves fewer': [0, 1.4, 0.3, -0.4, 1.2],
  'calls more': [0.3, -0.8, -0.4, -0.5, 0],
  'calls fewer': [-0.3, 0.5, -0.7, 0.3, 0.6],
  'other metric': [0.3, 0.3, 0.3, 0.3, 0.3],
  'slow when called': [0.3, 0, 0, 0.6, 0.3],
  'fails when called': [-0.3, -0.8, 0, -0.5, 0.3],
  'slow inside': [-0.2, -0.2, 0, 0.3, 0],
  'fails inside': [-0.6, -0.6, -0.2, 0.2, -0.7],
  'slow callees': [-0.7, 0, 0.3, -0.5, -0.2],
  'failing callees': [-0.3, -0.4, -0.3, 0.9, 0.4],
  'named by slow calls': [0, 0.8, 0.5, 1.9, 1.6],
  'unseen calls': [0, 0, 0.3, 0.9, 1.1],
  'share of slow spans': [0.8, 0.3, 0, 1.4, 0],
  'log lines': [0.8, 0.4, 0.5, 0.5, 0.9],
  'share of log lines': [1.3, 1.4, 0, 0, 0.5],
  'missing log lines': [-1.1, -0.9, 0, 0, -0.8],
};
