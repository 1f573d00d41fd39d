import type { Evidence, EvidenceGap } from '../shared/report.ts';
import { alertFacts, alertText } from './alert-facts.ts';
import { oncePer } from './detectors/support/once-per.ts';
import type { PlannedStep } from './evidence-plan/question.ts';
import { gatherEvidence, type KnownEvidence, storedEvidence } from './gather-evidence.ts';
import { gatherInRounds } from './gather-in-rounds.ts';
import { addIncidentAlerts } from './incident-alerts.ts';
import type { Analysis, InvestigateDeps, Investigation } from './investigation.ts';
import { inDetectSpan, inGatherSpan } from './investigation-spans.ts';
import { createEvidenceSource } from './llm/evidence-source.ts';
import { planEvidence } from './plan-evidence.ts';
import { withinBudget } from './within-budget.ts';

/** Evidence may take this share of the time budget; the rest is for reasoning and verification. */
const GATHER_SHARE = 0.5;

const NOTHING_TO_ASK: EvidenceGap = {
  what: 'any evidence',
  why: 'the alert names no service, host or pod that could be looked at',
};

/**
 * Asks what the agent's plan wants to know, runs the detectors over the answers, asks what their findings suggest, and so on; stores evidence,
 * findings and gaps. A source that is away becomes a gap.
 */
export async function gatherAndAnalyse(investigation: Investigation): Promise<Analysis> {
  const { deps, incident, agent, alerts, received, lease, progress, startedAt } = investigation;
  const facts = alertFacts(alerts, startedAt);
  const plan = planEvidence(agent, facts, alertText(alerts));
  const inputOf = oncePer((evidence: Evidence[]) => ({ alerts, facts, evidence, now: startedAt }));
  const analyse = (evidence: Evidence[]) =>
    inDetectSpan(evidence.length, () => deps.analyst.analyse(agent, inputOf(evidence), investigation.signal));

  const known: KnownEvidence = investigation.resumed ? await storedEvidence(gatherDeps(deps), lease) : new Map();
  const ofIntake = await addIncidentAlerts(deps, lease, received, known);
  let round = 0;
  const gather = (steps: PlannedStep[]) =>
    inGatherSpan(++round, steps.length, () =>
      withinGatherBudget(investigation, (signal) => gatherEvidence(gatherDeps(deps), lease, known, steps, signal)),
    );

  await progress.start('gathering evidence');
  const rounds = await gatherInRounds({ gather, analyse }, plan, facts);
  const { evidence, findings, asked } = rounds;
  progress.end(`${evidence.length - ofIntake} of ${asked} questions answered`);
  const allGaps = dedupeGaps([...(asked === 0 ? [NOTHING_TO_ASK] : []), ...rounds.gaps]);
  const found = findings.length === 0 ? 'no finding' : `${findings.length} finding${findings.length > 1 ? 's' : ''}`;
  progress.add('running the detectors', found);
  await deps.store.investigations.saveFindings(lease, findings, allGaps, progress.lines());
  const source = createEvidenceSource(gatherDeps(deps), lease, known, facts, deps.logger.warn);
  return { evidence, findings, gaps: allGaps, seen: inputOf(evidence), alertClass: incident.class, source };
}

const gatherDeps = ({ gateway, store }: InvestigateDeps) => ({ gateway, investigations: store.investigations });

async function withinGatherBudget<T>(
  investigation: Investigation,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = (investigation.deadline - performance.now()) * GATHER_SHARE;
  return await withinBudget(investigation.signal, left, work);
}

function dedupeGaps(gaps: EvidenceGap[]): EvidenceGap[] {
  return [...new Map(gaps.map((gap) => [gap.what, gap])).values()];
}
