import { CAPABILITIES, type Capability } from '../capabilities.ts';

/** What an investigation reads about now: good for a moment, so that incidents that come together ask once, ms. */
export const LIVE_MS = 3_000;
/** What is asked about a window of time that is given: it hardly changes, ms. */
const WINDOW_MS = 15_000;

/** What is read because a message may have been posted a moment ago: an older answer would have it posted twice. */
const NEVER_KEPT: ReadonlySet<Capability> = new Set<Capability>(['slack.thread_info', 'slack.channel_history']);

/**
 * How long an answer is good for the same question, ms: as the policy says, else by the capability. Slack is not kept by itself, and
 * nothing that the LLM asks (null).
 */
export function cacheTtlMsOf(capability: Capability | null, policyMs: number | undefined): number {
  if (capability !== null && NEVER_KEPT.has(capability)) return 0;
  if (policyMs !== undefined || capability === null) return policyMs ?? 0;
  const { readOnly, server, input } = CAPABILITIES[capability];
  if (!readOnly || server === 'slack') return 0;
  return 'from' in input.shape ? WINDOW_MS : LIVE_MS;
}
