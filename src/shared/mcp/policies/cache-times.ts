import { CAPABILITIES, type Capability } from '../capabilities.ts';

/** What an investigation reads about now: good for a moment, so that incidents that come together ask once, ms. */
export const LIVE_MS = 3_000;
/** What is asked about a window of time that is given: it hardly changes, ms. */
const WINDOW_MS = 15_000;

/**
 * How long an answer is good for the same question, ms. Slack is never kept: whether a message stands in a thread is asked because
 * it may have been posted a moment ago.
 */
export function cacheTtlMsOf(capability: Capability): number {
  const { readOnly, server, input } = CAPABILITIES[capability];
  if (!readOnly || server === 'slack') return 0;
  return 'from' in input.shape ? WINDOW_MS : LIVE_MS;
}
