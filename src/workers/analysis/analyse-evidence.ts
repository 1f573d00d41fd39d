import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import { describeError } from '../../shared/errors.ts';
import type { Capability } from '../../shared/mcp/capabilities.ts';
import type { Evidence, EvidenceGap, Finding } from '../../shared/report.ts';
import type { Detector, DetectorInput } from '../detectors/detector.ts';
import { detectorNamed } from '../detectors/index.ts';
import { rankFindings } from '../detectors/support/causal-order.ts';
import { duringTrouble } from '../detectors/support/during-trouble.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { silentTelemetry } from '../detectors/support/silent-telemetry.ts';

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
  return rankParts(
    agent.pool.detectors.map((name) => runDetector(name, input, detectorOf)),
    input,
  );
}

/** `analyseEvidence` for a running worker: it lets the event loop go on between the pieces, so that no lease is lost over them. */
export async function analyseInTurns(agent: PoolAgent, input: DetectorInput): Promise<Analysis> {
  await readInTurns(input.evidence);
  const parts: Analysis[] = [];
  for (const name of agent.pool.detectors) {
    parts.push(runDetector(name, input, detectorNamed));
    await nextTurn();
  }
  return rankParts(parts, input);
}

/** Reads each piece in a turn of the event loop of its own: that is the most expensive part, and it is remembered. */
export async function readInTurns(evidence: Evidence[]): Promise<void> {
  for (const item of evidence) {
    evidenceOf([item], item.capability as Capability);
    await nextTurn();
  }
}

/** Detectors that compare the trouble with the time before; to the others what was before would look like the trouble. */
const COMPARING = new Set(['where-it-began', 'recent-change']);

/** What one detector finds; when it throws, a gap that says so. */
export function runDetector(name: string, input: DetectorInput, detectorOf: (name: string) => Detector): Analysis {
  try {
    return { findings: detectorOf(name)(COMPARING.has(name) ? input : duringTrouble(input)), gaps: [] };
  } catch (error) {
    return uncheckedBy(name, `it failed: ${describeError(error)}`);
  }
}

/** The analysis of a detector that has come to no end. */
export function uncheckedBy(name: string, why: string): Analysis {
  return { findings: [], gaps: [{ what: `the check "${name}"`, why }] };
}

/** What several detectors found as one analysis, with the telemetry that stayed silent. */
export function rankParts(parts: Analysis[], input: DetectorInput): Analysis {
  const findings = parts.flatMap((part) => part.findings);
  const gaps = parts.flatMap((part) => part.gaps);
  return { findings: rankFindings(findings, input), gaps: [...gaps, ...silentTelemetry(input.evidence)] };
}
