import type { Alert } from '../../../src/shared/alert.ts';
import type { Evidence } from '../../../src/shared/report.ts';

/** What the analysis may see of a case: its alert and its telemetry in the forms of production evidence, never its id. */
export type CaseInput = { alerts: Alert[]; evidence: Evidence[]; now: Date };

export type EvalCase = { id: string; read(): CaseInput };

/** One suite of recorded cases: lists them, and turns each into alert and evidence. Truth files are never opened. */
export type SuiteAdapter = {
  /** The suite's name in `rca/index.json`. */
  suite: string;
  /** The cases that are there; none where the folder is absent. */
  list(casesFolder: string): EvalCase[];
};
