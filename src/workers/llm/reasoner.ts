import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import type { Alert } from '../../shared/alert.ts';
import type { Evidence, EvidenceGap, Finding, LlmUsage, Report } from '../../shared/report.ts';

/** What the LLM reasons over; alerts and evidence are masked and marked as untrusted before they reach it. */
export type ReasoningInput = {
  agent: PoolAgent;
  alerts: Alert[];
  evidence: Evidence[];
  findings: Finding[];
  gaps: EvidenceGap[];
};

export type ReasoningResult = { report: Report; usage: LlmUsage };

/**
 * Turns evidence and findings into an unverified report of tier `llm`. Throws DependencyError (dependency `llm`): failure
 * `not_configured` without a key, `refused` for a refusal or a content filter, `protocol` for an answer that stays
 * unreadable after one repair round, otherwise the failure class of the call.
 */
export type Reasoner = {
  readonly configured: boolean;
  reason(input: ReasoningInput, signal: AbortSignal): Promise<ReasoningResult>;
};
