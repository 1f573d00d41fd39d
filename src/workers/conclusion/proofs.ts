import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import type { Finding, Hypothesis } from '../../shared/report.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { CLEAN_CHECKS, type Proof } from '../detectors/support/clean-evidence.ts';

/** Findings below this are no reason to doubt that all is well. */
export const FAINT = 0.3;

/** What each of the agent's silent detectors could have seen, and did not. */
export function proofsOf(
  { agent, findings }: { agent: PoolAgent; findings: Finding[] },
  input: DetectorInput,
): Map<string, Proof> {
  const loud = findings.filter(({ confidence }) => confidence >= FAINT).map(({ detector }) => detector);
  const silent = agent.pool.detectors.filter((name) => !loud.includes(name));
  const proofs = silent.flatMap((name) => {
    const proof = Object.hasOwn(CLEAN_CHECKS, name)
      ? CLEAN_CHECKS[name as keyof typeof CLEAN_CHECKS].proof(input)
      : null;
    return proof ? [[name, proof] as const] : [];
  });
  return new Map(proofs);
}

/** One proof may rule out several kinds of trouble. */
export function ruledOut(proofs: Map<string, Proof>): Hypothesis[] {
  const kinds = Map.groupBy(proofs, ([, { statement }]) => statement);
  return [...kinds].map(([statement, group]) => ({
    statement: `${KINDS.format(group.map(([name]) => name.replaceAll('-', ' ')))}: ${statement}`,
    standing: 'ruled_out' as const,
    confidence: 0.8,
    evidence: [...new Set(group.flatMap(([, proof]) => proof.evidence))],
  }));
}

const KINDS = new Intl.ListFormat('en-GB', { type: 'conjunction' });
