import { pause } from '../../deadline.ts';
import { DependencyError } from '../../errors.ts';
import type { WaitOptions } from '../mcp-connection.ts';

export type RateLimit = { take(wait: WaitOptions): Promise<void> };

/**
 * Lets `perSecond` calls leave per second, `burst` of them at once after a pause (a bucket of tokens). A call waits for its turn;
 * throws DependencyError `rate_limit` where that would take longer than its deadline.
 */
export function createRateLimit(server: string, perSecond: number, burst: number, now: () => number): RateLimit {
  const gapMs = 1000 / perSecond;
  // The time at which the bucket will be full again; every call moves it on.
  let fullAt = now();
  return {
    async take({ signal, deadlineMs }) {
      const at = now();
      const waitMs = Math.max(0, Math.max(fullAt, at) + gapMs - at - burst * gapMs);
      if (waitMs > deadlineMs) {
        const message = `MCP server ${server} is asked ${perSecond} times per second at most: the next turn is in ${Math.ceil(waitMs)} ms`;
        throw new DependencyError(server, 'rate_limit', message, { retryAfterMs: waitMs });
      }
      fullAt = Math.max(fullAt, at) + gapMs;
      if (waitMs > 0) await pause(waitMs, signal);
    },
  };
}
