import type { Alert } from '../../shared/alert.ts';
import type { Evidence, Finding, Report } from '../../shared/report.ts';

/** What charts are chosen from: a settled report with all that it rests on. */
export type ChartInput = {
  report: Report;
  alerts: Alert[];
  evidence: Evidence[];
  /** Ranked, likeliest cause first. */
  findings: Finding[];
  now: Date;
};
