import type { Alert } from '../../shared/alert.ts';
import type { Evidence, Finding } from '../../shared/report.ts';

export type DetectorInput = {
  alerts: Alert[];
  /** What the alerts say about where to look, see alert-facts.ts. */
  facts: Record<string, string>;
  evidence: Evidence[];
  now: Date;
};

/** Draws findings from evidence: pure, deterministic, fast, and silent when the evidence is healthy. */
export type Detector = (input: DetectorInput) => Finding[];
