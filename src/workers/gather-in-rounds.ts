import type { Evidence, EvidenceGap, Finding } from '../shared/report.ts';
import type { PlannedStep } from './evidence-plan/question.ts';
import type { Gathered } from './gather-evidence.ts';
import type { EvidencePlan } from './plan-evidence.ts';
import { widenEvidence } from './widen-evidence.ts';

/** An investigation asks the agent's plan, and twice what the findings then suggest. */
export const MAX_EVIDENCE_ROUNDS = 3;

export type RoundDeps = {
  gather(steps: PlannedStep[]): Promise<Gathered>;
  analyse(evidence: Evidence[]): Promise<{ findings: Finding[]; gaps: EvidenceGap[] }>;
  /** Told before every round after the first. */
  onRound?(round: number, steps: PlannedStep[]): Promise<void>;
};

export type Rounds = { evidence: Evidence[]; findings: Finding[]; gaps: EvidenceGap[]; asked: number };

/**
 * Asks a plan's questions, draws the findings, and asks what they suggest until they suggest nothing more or the rounds are
 * used up. Throws whatever gathering throws.
 */
export async function gatherInRounds(
  { gather, analyse, onRound }: RoundDeps,
  plan: EvidencePlan,
  facts: Record<string, string>,
): Promise<Rounds> {
  const asked = [...plan.steps];
  const gaps = [...plan.gaps];
  let steps = plan.steps;
  for (let round = 1; ; round++) {
    const gathered = await gather(steps);
    gaps.push(...gathered.gaps);
    const { findings, gaps: unchecked } = await analyse(gathered.evidence);
    steps = round < MAX_EVIDENCE_ROUNDS ? widenEvidence(findings, gathered.evidence, facts, asked) : [];
    if (steps.length === 0)
      return {
        evidence: gathered.evidence,
        findings,
        gaps: [...withSurveys(gaps, asked), ...unchecked],
        asked: asked.length,
      };
    asked.push(...steps);
    await onRound?.(round + 1, steps);
  }
}

/** From here on the questions of one survey that went unanswered for one reason are told together. */
const TOGETHER = 3;

/** A source that is away leaves a whole survey unanswered; a reader wants to know that once. */
function withSurveys(gaps: EvidenceGap[], asked: PlannedStep[]): EvidenceGap[] {
  const surveys = new Map(asked.map(({ label, survey }) => [label, survey]));
  const keyOf = ({ what, why }: EvidenceGap) => JSON.stringify([surveys.get(what) ?? what, why]);
  const groups = Map.groupBy(gaps, keyOf);
  return [...groups.values()].flatMap((group) => {
    const [{ what, why } = { what: '', why: '' }] = group;
    const survey = surveys.get(what);
    return survey && group.length >= TOGETHER ? [{ what: `${survey} (${group.length} questions)`, why }] : group;
  });
}
