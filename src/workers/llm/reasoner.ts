import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import type { Alert } from '../../shared/alert.ts';
import type { Evidence, EvidenceGap, Finding, LlmUsage, Report } from '../../shared/report.ts';
import type { EvidenceSource } from './evidence-source.ts';

/** What the LLM reasons over; alerts and evidence are masked and marked as untrusted before they reach it. */
export type ReasoningInput = {
  agent: PoolAgent;
  alerts: Alert[];
  evidence: Evidence[];
  /** Ranked, the likeliest first. */
  findings: Finding[];
  gaps: EvidenceGap[];
  /** Where it may ask for more evidence; without it, it has to do with what there is. */
  source?: EvidenceSource;
  /** Ms of `performance.now()` at which the investigation has to be over; without it a failed call is not tried again. */
  deadline?: number;
  /** Told what all calls so far have cost, after each of them and before what it threw is passed on. */
  spent?: (usage: LlmUsage) => Promise<void>;
};

export type ReasoningResult = {
  report: Report;
  usage: LlmUsage;
  /** All evidence that there is now: what was given and what the LLM asked for. */
  evidence: Evidence[];
};

/**
 * Turns evidence and findings into an unverified report of tier `llm`; asks for more evidence within its limits where it has
 * a source. Throws DependencyError (dependency `llm`): failure `not_configured` without a key, `refused` for a refusal or a
 * content filter, `protocol` for an answer that stays unreadable after one repair round, otherwise the failure class of the
 * call; and whatever the source throws.
 */
export type Reasoner = {
  readonly configured: boolean;
  reason(input: ReasoningInput, signal: AbortSignal): Promise<ReasoningResult>;
};
