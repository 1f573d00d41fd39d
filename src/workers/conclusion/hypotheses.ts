import type { Finding, Hypothesis } from '../../shared/report.ts';
import type { Contradiction } from './contradictions.ts';

const MOST = { all: 10, possible: 4 } as const;

/** A finding as a hypothesis, with what speaks against it. */
export function hypothesis(
  { statement, confidence, evidence }: Finding,
  standing: Hypothesis['standing'],
  against: Contradiction[] = [],
): Hypothesis {
  const doubts = against.length > 0 ? `; against it: ${against.map(({ why }) => why).join('; ')}` : '';
  const cited = [...new Set([...evidence, ...against.flatMap((one) => one.evidence)])];
  return {
    statement: `${statement.replace(/\.$/, '')}${doubts}`,
    standing,
    confidence,
    evidence: cited.sort((left, right) => left - right),
  };
}

/** The supported ones first, of the possible ones the best, and then what was ruled out. */
export function mostTelling(hypotheses: Hypothesis[]): Hypothesis[] {
  const of = (standing: Hypothesis['standing']) => hypotheses.filter((one) => one.standing === standing);
  const possible = of('possible').toSorted((left, right) => right.confidence - left.confidence);
  return [...of('supported'), ...possible.slice(0, MOST.possible), ...of('ruled_out')].slice(0, MOST.all);
}
