import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolAgent } from '../shared/agents/load-agents.ts';
import type { Alert } from '../shared/alert.ts';
import type { Evidence, EvidenceGap, Finding, Report, Verdict } from '../shared/report.ts';
import { concludeFindings } from './conclude-findings.ts';
import { indexEvidence } from './verification/evidence-index.ts';
import { type EvidenceIndex, NO_CAUSE, type Verification, verifyReport } from './verify-report.ts';

export type SettleInput = {
  alerts: Alert[];
  agent: PoolAgent;
  findings: Finding[];
  evidence: Evidence[];
  gaps: EvidenceGap[];
};

/** Findings below this are no reason to doubt a model that calls all well. */
const FAINT = 0.3;
const WEIGHT: Record<Verdict, number> = { inconclusive: 0, healthy: 1, probable: 2, identified: 3 };

/**
 * Verifies a drafted report and decides what is posted: where nothing of a model's root cause is borne out, or where it calls
 * healthy what was not fully looked at, the detectors' own verified conclusion stands if it says more. Never throws.
 */
export async function settleReport(draft: Report, input: SettleInput): Promise<Verification> {
  const index: EvidenceIndex = new Map();
  const verify = async (report: Report) => {
    await indexCited(report, input.evidence, index);
    return verifyReport(report, input.evidence, input.alerts, index);
  };
  const verified = await verify(draft);
  if (draft.tier === 'detectors') return verified;
  const why = fault(verified.report, input);
  if (!why) return verified;
  const own = await verify(concludeFindings(input));
  const struck = [...verified.struck, ...own.struck, `conclusion of the LLM: ${why}`];
  const note = { what: 'the conclusion of the LLM', why };
  const best = WEIGHT[own.report.verdict] > 0 ? own.report : withoutVerdict(verified.report, own.report);
  return { report: { ...best, couldNotCheck: [...best.couldNotCheck, note] }, struck };
}

/** Prepares what the report cites, one piece of evidence per turn of the event loop: all at once would hold it up for long. */
async function indexCited(report: Report, evidence: Evidence[], index: EvidenceIndex): Promise<void> {
  const { rootCause, hypotheses, timeline, metrics } = report;
  const cited = new Set(
    [rootCause, ...hypotheses, ...timeline, ...metrics].flatMap(({ evidence: numbers }) => numbers),
  );
  for (const item of evidence.filter(({ number }) => cited.has(number) && !index.has(number))) {
    index.set(item.number, indexEvidence(item));
    await nextTurn();
  }
}

/** What is wrong with a model's conclusion as a whole, null when it may stand. */
function fault({ verdict, rootCause, couldNotCheck }: Report, { findings }: SettleInput): string | null {
  if (rootCause.statement === NO_CAUSE) return 'its root cause is not borne out by the evidence that it cites';
  if (verdict !== 'healthy') return null;
  if (findings.some(({ confidence }) => confidence >= FAINT))
    return 'it called healthy what the detectors found faults in';
  return couldNotCheck.length > 0 ? 'it called healthy what could not be fully checked' : null;
}

/** Nobody knows: the model's report keeps what stands in it, under the detectors' honest "not established". */
function withoutVerdict(report: Report, own: Report): Report {
  const told = report.rootCause.statement === NO_CAUSE ? report.rootCause : own.rootCause;
  return { ...report, verdict: 'inconclusive', class: own.class, rootCause: told };
}
