import { pause } from '../../shared/deadline.ts';
import { DependencyError } from '../../shared/errors.ts';
import type { LlmRates } from '../../shared/llm-config.ts';
import type { PaceStore, Rate } from '../../shared/store/pace-store.ts';

/** The pace of one deployment, which every process keeps. */
export type LlmPace = {
  /**
   * Waits until a call of so many tokens may be made. Throws DependencyError `rate_limit` where that would be after `until`
   * (ms of `performance.now()`), or when the signal is aborted.
   */
  admit(tokens: number, until: number, signal: AbortSignal): Promise<void>;
  /** The deployment has said that nothing may be asked of it for so long, ms. */
  hold(ms: number): Promise<void>;
};

/** For a process that has the deployment to itself, and no limit. */
export const NO_PACE: LlmPace = { admit: async () => {}, hold: async () => {} };

/** Deployments look at a short stretch of the minute, 1 s to 10 s (Azure OpenAI), and refuse what comes too thick in it. */
const BURST_SECONDS = 10;

/**
 * The pace of a deployment: its tokens are counted as it counts them, when a call is made (the prompt as estimated and the longest
 * answer that is allowed; see "TPM" in Azure OpenAI's quotas), and never given back.
 */
export function createLlmPace(paces: PaceStore, deployment: string, rates: LlmRates): LlmPace {
  const { tokensPerMinute, requestsPerMinute } = rates;
  const keyOf = (what: 'held' | 'tokens' | 'requests') => `llm ${what} ${deployment}`;
  const wants = (tokens: number) => [
    { key: keyOf('held'), rate: HELD, units: 0, what: 'the deployment has asked for a pause' },
    ...wanted(keyOf('requests'), requestsPerMinute, 1, 'requests'),
    ...wanted(keyOf('tokens'), tokensPerMinute, tokens, 'tokens'),
  ];
  return {
    async admit(tokens, until, signal) {
      for (const { key, rate, units, what } of wants(tokens)) {
        for (;;) {
          const waitMs = await paces.take(key, rate, units);
          if (waitMs === 0) break;
          if (performance.now() + waitMs > until) throw tooLate(what, waitMs);
          await pause(waitMs, signal);
          if (signal.aborted) throw new DependencyError('llm', 'aborted', 'the call of the LLM was stopped');
        }
      }
    },
    hold: (ms) => paces.hold(keyOf('held'), ms),
  };
}

/** Takes nothing, and so tells only whether somebody has put a hold on it. */
const HELD: Rate = { perMinute: 1, burstSeconds: 0 };

function wanted(key: string, perMinute: number | null, units: number, name: string) {
  if (perMinute === null) return [];
  return [
    {
      key,
      rate: { perMinute, burstSeconds: BURST_SECONDS },
      units,
      what: `its ${perMinute} ${name} a minute are used`,
    },
  ];
}

function tooLate(what: string, waitMs: number): DependencyError {
  const seconds = Math.ceil(waitMs / 1000);
  const message = `the LLM may not be called for another ${seconds} s, which is too late: ${what}`;
  return new DependencyError('llm', 'rate_limit', message, { retryAfterMs: waitMs });
}
