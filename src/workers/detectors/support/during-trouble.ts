import type { Evidence } from '../../../shared/report.ts';
import type { DetectorInput } from '../detector.ts';
import { oncePer } from './once-per.ts';

/** The input without the evidence that was asked for to show how it was before the trouble (`usualTo` and earlier). */
export const duringTrouble = oncePer((input: DetectorInput): DetectorInput => {
  const usualTo = Date.parse(input.facts.usualTo ?? '');
  if (Number.isNaN(usualTo)) return input;
  const isBefore = ({ to }: Evidence) => to !== null && Date.parse(to) <= usualTo;
  return { ...input, evidence: input.evidence.filter((item) => !isBefore(item)) };
});
