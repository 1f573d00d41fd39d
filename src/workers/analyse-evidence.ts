import type { PoolAgent } from '../shared/agents/load-agents.ts';
import { describeError } from '../shared/errors.ts';
import type { EvidenceGap, Finding } from '../shared/report.ts';
import type { Detector, DetectorInput } from './detectors/detector.ts';
import { detectorNamed } from './detectors/index.ts';
import { rankFindings } from './detectors/support/causal-order.ts';
import { silentTelemetry } from './detectors/support/silent-telemetry.ts';

export type Analysis = { findings: Finding[]; gaps: EvidenceGap[] };

/**
 * Runs the agent's detectors over the evidence and ranks what they found, likeliest cause first. A detector that fails
 * becomes a gap; the others' findings stand.
 */
export function analyseEvidence(
  agent: PoolAgent,
  input: DetectorInput,
  detectorOf: (name: string) => Detector = detectorNamed,
): Analysis {
  const analysis: Analysis = { findings: [], gaps: [] };
  for (const name of agent.pool.detectors) {
    try {
      analysis.findings.push(...detectorOf(name)(input));
    } catch (error) {
      analysis.gaps.push({ what: `the check "${name}"`, why: `it failed: ${describeError(error)}` });
    }
  }
  return {
    findings: rankFindings(analysis.findings, input),
    gaps: [...analysis.gaps, ...silentTelemetry(input.evidence)],
  };
}
