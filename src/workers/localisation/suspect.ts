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
  /** How probable it is that it is at fault with a fault of its class (0 to 1), where the method itself reckons in probabilities. */
  probability?: number;
};

/** What telemetry says for a suspect beside its score; parts of the score where nothing else is said. */
export type Support = {
  /**
   * From symptoms of its class that show what is wrong, and not only where, of kinds of evidence that show the fault itself. What may as well
   * show the fault of another is a hint only: callers log the errors of their callees.
   */
  shown: number;
  /** From all kinds of evidence that show the fault itself and not only what it does to others. */
  direct: number;
  /** From the use of resources, as a share of the score (0 to 1): that rises without any fault, too. */
  use: number;
  /** Whether nothing but requests was measured of any component: no fault shows itself there, and its class is a guess. */
  requestsOnly: boolean;
  /** How clearly the requests and the CPU of all components rise together (0 to 1): then the use of resources tells of a rush, not of a fault. */
  rush: number;
};
