import type { AlertClass } from '../../shared/alert.ts';
import type { Action, KeyMetric, TimelineEntry } from '../../shared/report.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import type { KubernetesState } from './kubernetes-state.ts';

/** How far down the chain from cause to symptom a diagnosis stands: only what stands higher can explain it. */
export const DEPTH = {
  /** What somebody has set wrongly, or what has broken by itself. */
  root: 0,
  /** What the state of a container or pod says. */
  pod: 1,
  /** What is missing of a workload. */
  workload: 2,
  /** What the callers of a service see. */
  service: 3,
} as const;

/** One trouble that an analyzer sees; it becomes a finding. */
export type Diagnosis = {
  /** The kind of trouble, for example `claim-without-class`; two of one kind tell one story. */
  kind: string;
  class: AlertClass;
  /** One or two sentences that stand for themselves; every name and number stands in the cited evidence. */
  statement: string;
  /** The same in a few words, for the place of an effect; null where the statement's first sentence is short. */
  brief: string | null;
  /** The object at fault. */
  component: string;
  namespace: string | null;
  /** Names of all objects that it concerns: those at fault and those that suffer. */
  touches: string[];
  confidence: number;
  cause: boolean;
  depth: number;
  evidence: number[];
  timeline: TimelineEntry[];
  actions: Action[];
  prevention: string[];
  metrics: KeyMetric[];
};

export type Context = {
  state: KubernetesState;
  input: DetectorInput;
  /** The words of the alert, lower case. */
  text: string;
};

/** Draws diagnoses from a state: pure, and silent where the state is healthy or tells too little. */
export type Analyzer = (context: Context) => Diagnosis[];

type Required = 'kind' | 'class' | 'statement' | 'component' | 'namespace' | 'touches' | 'confidence' | 'evidence';

/** A diagnosis with the usual values for what is not told. */
export function diagnosis(parts: Pick<Diagnosis, Required> & Partial<Diagnosis>): Diagnosis {
  return {
    cause: true,
    depth: DEPTH.root,
    brief: null,
    timeline: [],
    actions: [],
    prevention: [],
    metrics: [],
    ...parts,
    evidence: [...new Set(parts.evidence)].sort((left, right) => left - right),
    touches: [...new Set(parts.touches.filter((name) => name !== ''))],
  };
}
