import type { AlertClass } from '../../shared/alert.ts';

/**
 * suspect   a service (or one instance of it) that may be where the trouble began
 * symptom   a deviation that is seen at a component; symptoms flow from callee to caller
 * onset     when a deviation began
 */

/** A component that may be at fault, with what speaks for it; lists of suspects are ordered, most suspect first. */
export type Suspect = {
  service: string;
  /** The pod, container or host, null when the evidence tells services only. */
  instance: string | null;
  /** Comparable within one list only; above 0. */
  score: number;
  /** Epoch ms, null when the evidence has no times. */
  onset: number | null;
  /** What kind of trouble its symptoms speak of, null when they don't tell. */
  class: AlertClass | null;
  /** One plain sentence each, with the numbers that the cited evidence holds. */
  reasons: string[];
  evidence: number[];
  /** What the confidence is worked out of; absent where the method's scores were never calibrated. */
  support?: Support;
};

/** What telemetry says for a suspect beside its score. */
export type Support = {
  /** How many kinds of evidence add to its score. */
  kinds: number;
  /** How much of its score comes from symptoms of its class that show what is wrong, and not only where. */
  mechanism: number;
  /** How much comes from kinds of evidence that show the fault itself and not only what it does to others. */
  direct: number;
  /** Whether anything of such a kind was seen at any component; where nothing was, its absence tells nothing. */
  sawDirectly: boolean;
};
