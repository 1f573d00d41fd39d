import { CAPABILITIES } from '../shared/mcp/capabilities.ts';
import type { Evidence, Finding } from '../shared/report.ts';
import { earlierDays } from './evidence-plan/earlier-days.ts';
import { type PlannedStep, questionKey, withoutRepeats } from './evidence-plan/question.ts';
import { stepsForFinding } from './evidence-plan/steps-for-finding.ts';
import { traceSamples } from './evidence-plan/trace-samples.ts';

/** How many questions a further round may ask. */
export const MAX_WIDER_STEPS = 16;
/** Weaker findings than this suggest nothing. */
const LEAST_CONFIDENCE = 0.2;

/**
 * The questions of the next round, suggested by what is known: the whole traces of the sampled requests, the last words of
 * crashed containers, the peer that connections or names fail for, the database behind slow statements, the suspect of
 * localisation. At most 16, and at most ten more for the metrics of the same time of earlier days; never one that was asked already,
 * whatever became of it.
 */
export function widenEvidence(
  findings: Finding[],
  evidence: Evidence[],
  facts: Record<string, string>,
  earlier: PlannedStep[] = [],
): PlannedStep[] {
  const asked = new Set([
    ...evidence.map(({ capability, query }) => questionKey(capability, query)),
    ...earlier.map((step) => questionKey(step.capability, step.arguments)),
  ]);
  const telling = findings.filter(({ confidence }) => confidence >= LEAST_CONFIDENCE);
  const steps = [
    ...traceSamples(evidence, facts),
    ...telling.flatMap((finding) => stepsForFinding(finding, evidence, facts)),
  ];
  const isNew = (step: PlannedStep) =>
    !asked.has(questionKey(step.capability, step.arguments)) &&
    CAPABILITIES[step.capability].input.safeParse(step.arguments).success;
  const suggested = withoutRepeats(steps).filter(isNew).slice(0, MAX_WIDER_STEPS);
  return withoutRepeats([...suggested, ...earlierDays(evidence, facts, earlier).filter(isNew)]);
}
