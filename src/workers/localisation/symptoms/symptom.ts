import type { AlertClass } from '../../../shared/alert.ts';
import type { Component } from '../telemetry/component.ts';

/** What one kind of evidence says about one component. */
export type Symptom = {
  component: Component;
  /** How much of the trouble is here, above 0, in the unit of the kind; comparable within one kind only. */
  amount: number;
  /** How far this is from how it was before: 0 (no further than chance) to 1 (nothing is as it was). */
  clarity: number;
  /** Epoch ms, null when the evidence does not tell. */
  onset: number | null;
  class: AlertClass | null;
  /** One plain sentence with the numbers. */
  reason: string;
  evidence: number[];
};
