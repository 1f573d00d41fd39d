import type { AlertClass } from '../../shared/alert.ts';
import type { AnomalyKind } from './anomaly-kinds.ts';

/** What can be wrong with an instance, as far as anomalies tell such troubles apart. */
export const TROUBLES = ['restarted', 'down', 'short of cpu', 'short of memory', 'delayed', 'lossy'] as const;
export type Trouble = (typeof TROUBLES)[number];

export const TROUBLE_CLASS = {
  restarted: 'infrastructure',
  down: 'infrastructure',
  'short of cpu': 'resource',
  'short of memory': 'resource',
  delayed: 'network',
  lossy: 'network',
} as const satisfies Record<Trouble, AlertClass>;

export const TROUBLE_TEXT = {
  restarted: 'was killed and started again',
  down: 'was down',
  'short of cpu': 'was short of CPU',
  'short of memory': 'was short of memory',
  delayed: 'was slow to reach over the network',
  lossy: 'lost packets on the network',
} as const satisfies Record<Trouble, string>;

/** What is looked at of an instance: the kinds of its anomalies, and amounts of some of them. */
export type Trait = AnomalyKind | 'share of slow spans' | 'log lines' | 'share of log lines' | 'missing log lines';

type Weights = readonly [restarted: number, down: number, cpu: number, memory: number, delayed: number, lossy: number];

/**
 * How much each trait speaks for (above 0) or against each trouble, in nats, in the order of TROUBLES. A trait that speaks
 * against is a symptom of somebody else's trouble: failures that callers see are mostly those of a callee. Learned by
 * multinomial logistic regression with L2 shrinkage, rounded to one decimal, small ones left out: `scripts/eval/learn-signatures.ts`
 * prints this table and, by k folds, how well such a table does on cases that it was not learned from.
 */
export const SIGNATURES: Readonly<Record<Trait, Weights>> = {
  'more cpu': [0, 0.1, 3.7, 1.7, 0.1, -0.9],
  'less cpu': [-0.2, 0.2, -0.1, 0.4, 0.2, 0.8],
  'more memory': [2.4, 1.6, 0, 2, -0.6, 0.2],
  'less memory': [0, 0.3, 0, 0, 0, 1],
  'more threads': [1.7, 0.8, -0.2, -0.2, 0.6, 1],
  'more disk': [0.7, 0.5, 0.2, 0, -0.7, 0.2],
  'receives more': [-0.7, 0.6, -0.9, 0.3, -0.6, 0.4],
  'receives less': [0.6, 1.5, 0.9, -0.1, 0.7, 1],
  'sends more': [-0.2, -0.2, 0, 1.1, -0.4, 0.7],
  'sends less': [1.1, 1, -0.6, -0.3, -0.4, 2],
  'serves slower': [-1.1, -0.4, 0.8, 0, 0.6, 0.2],
  'serves faster': [0.3, -0.5, -0.3, -0.3, 0.2, -0.7],
  'waits longer': [0.7, 0.8, -0.8, -0.8, 2.2, 1.1],
  'serves failures': [-0.5, 0.2, -0.2, 0.4, -0.5, -0.8],
  'its calls fail': [-1.9, -1.2, -0.7, 0, -1, 0.3],
  'serves more': [0.6, -0.7, -0.2, 0.2, -0.3, -0.7],
  'serves fewer': [0, 1.8, 0.2, -0.3, -1.2, 1.3],
  'calls more': [1.2, -1.2, -0.7, -0.4, -1.2, 0.4],
  'calls fewer': [0, 0.5, -0.6, -1, 0.5, 0.9],
  // No case has one: any deviation speaks a little for the instance that it is seen at.
  'other metric': [0.3, 0.3, 0.3, 0.3, 0.3, 0.3],
  'slow when called': [0.4, 0, 0, 0, 0.3, 0.5],
  'fails when called': [-0.3, -0.8, -0.2, 0.3, -0.8, 0.6],
  'slow inside': [-0.3, -0.3, 0, -0.4, 0.6, 0.1],
  'fails inside': [-0.8, -1, 0.4, -0.8, 0.4, -0.6],
  'slow callees': [-1.4, -0.5, 0.5, 0, -0.2, -0.5],
  'failing callees': [-0.5, -1.2, -0.6, -0.6, 0.7, -0.2],
  'named by slow calls': [-0.7, 0, -0.2, -0.3, 2.8, 1.8],
  'unseen calls': [-0.1, -0.4, 0, 0, 1.8, 1],
  'share of slow spans': [0.9, 0.2, -0.2, 0.2, 1.7, -0.5],
  'log lines': [1.1, 0.1, 0.1, 1, 0.3, 0.8],
  'share of log lines': [1.6, 1.8, -0.6, -0.4, -0.7, 0.5],
  'missing log lines': [-0.6, -0.7, 0.2, 0.3, 0.7, -1.1],
};
