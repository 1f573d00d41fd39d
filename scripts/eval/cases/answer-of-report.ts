import type { Evidence, Finding, Report } from '../../../src/shared/report.ts';
import { sameName } from '../../../src/workers/detectors/support/names.ts';
import { unique } from '../../../src/workers/detectors/support/text.ts';
import type { Suspect } from '../../../src/workers/localisation/suspect.ts';
import { blamedChange } from './blamed-change.ts';

/** One answer in the form of the result file; `ranking` and `instances` hold the suspects, most suspect first. */
export type ReportAnswer = {
  ranking: string[];
  instances: string[];
  /** Who names the first suspect: the report's cause, its best lead, or only the analysis behind it; null where nobody is suspect. */
  first_by: 'cause' | 'lead' | 'analysis' | null;
  class: string;
  conclusion: string;
  verdict: string;
  confidence: number;
  /** Who wrote the report: `detectors` also where the LLM was asked in vain. */
  tier: Report['tier'];
  /** A commit, or `none`; absent where the evidence knows of no changes. */
  culprit_commit?: string;
};

/** The analysis behind a report: what lists the suspects that come after the one that it names. */
export type Behind = { findings: Finding[]; suspects: Suspect[]; evidence: Evidence[] };

const MOST_CONCLUSION = 600;

/**
 * What a report that is posted answers. All is the report's own but the suspects that come after the one that it names: those are
 * localisation's, in its order. A report that calls all well suspects nobody.
 */
export function answerOfReport(report: Report, behind: Behind): ReportAnswer {
  const { rootCause, verdict } = report;
  const first = firstSuspect(report, behind.findings);
  const suspects = verdict === 'healthy' ? [] : behind.suspects;
  const told = first && suspectNamed(first.component, suspects);
  const inOrder = told ? [told, ...suspects.filter((suspect) => suspect !== told)] : suspects;
  const own = first && !told ? [first.component] : [];
  const culprit = blamedChange(report, behind.evidence);
  return {
    ranking: unique([...own, ...inOrder.map(({ service }) => service)]),
    instances: unique(inOrder.flatMap(({ instance }) => instance ?? [])),
    first_by: first?.by ?? (suspects.length > 0 ? 'analysis' : null),
    class: report.class,
    conclusion: rootCause.statement.slice(0, MOST_CONCLUSION),
    verdict,
    confidence: rootCause.confidence,
    tier: report.tier,
    ...(culprit !== null && { culprit_commit: culprit }),
  };
}

/** The most suspect one of this name; a component may be an instance or its service. */
const suspectNamed = (component: string, suspects: Suspect[]): Suspect | undefined =>
  suspects.find(({ instance }) => instance === component) ??
  suspects.find(({ service }) => sameName(service, component));

/** The component of the report's cause; where it leaves the cause open, the one that its first possible hypothesis about a component is about. */
function firstSuspect(
  { verdict, rootCause, hypotheses }: Report,
  findings: Finding[],
): { component: string; by: 'cause' | 'lead' } | null {
  if (verdict === 'healthy') return null;
  if (rootCause.component !== null) return { component: rootCause.component, by: 'cause' };
  if (verdict !== 'inconclusive') return null;
  for (const { standing, statement } of hypotheses) {
    const lead = findings.find((finding) => finding.component !== null && tells(statement, finding));
    if (standing === 'possible' && lead) return { component: lead.component!, by: 'lead' };
  }
  return null;
}

/** A hypothesis begins with the finding that it was made of, and may go on with what speaks against it. */
const tells = (statement: string, finding: Finding): boolean =>
  statement.startsWith(finding.statement.replace(/\.$/, ''));
