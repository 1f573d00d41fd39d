import type { Metrics } from '../shared/metrics.ts';
import type { LlmUsage } from '../shared/report.ts';
import type { Lease } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';

/** What the LLM has cost one run of an investigation. */
export type LlmAccount = {
  /** Enters what this worker's calls have cost so far, all together; told again the same it changes nothing. Throws what the store throws. */
  spent(usage: LlmUsage): Promise<void>;
  /** With what earlier workers on this run had spent; null before the first call. */
  total(): LlmUsage | null;
};

export type AccountDeps = { store: Pick<Store, 'investigations' | 'budgets'>; metrics: Metrics };

/**
 * Keeps the account with the run, in the budget and in the metrics, call by call: a run that fails, is killed or is resumed
 * has to be paid for as well. `earlier` is what is stored of this run.
 */
export function keepLlmAccount({ store, metrics }: AccountDeps, lease: Lease, earlier: LlmUsage | null): LlmAccount {
  let known: LlmUsage | null = null;
  let total = earlier;
  return {
    total: () => total,
    async spent(usage) {
      if (known !== null && JSON.stringify(known) === JSON.stringify(usage)) return;
      countMetrics(metrics, usage, known);
      known = usage;
      total = earlier === null ? usage : addUsage(earlier, usage);
      await store.investigations.saveUsage(lease, total);
      await store.budgets.settle(lease.incidentId, lease.run, total);
    },
  };
}

/** Two parts of one run; what one of them does not know is what the other says. */
export function addUsage(first: LlmUsage, second: LlmUsage): LlmUsage {
  const sum = (one: number | null | undefined, other: number | null | undefined) =>
    one == null && other == null ? null : (one ?? 0) + (other ?? 0);
  return {
    model: second.model,
    promptTokens: sum(first.promptTokens, second.promptTokens),
    completionTokens: sum(first.completionTokens, second.completionTokens),
    calls: (first.calls ?? 0) + (second.calls ?? 0),
    toolCalls: (first.toolCalls ?? 0) + (second.toolCalls ?? 0),
    costUsd: sum(first.costUsd, second.costUsd),
  };
}

function countMetrics({ llmTokens, llmToolCalls, llmCostUsd }: Metrics, now: LlmUsage, before: LlmUsage | null): void {
  const { model } = now;
  const more = (count: (usage: LlmUsage) => number | null | undefined) =>
    Math.max(0, (count(now) ?? 0) - (before === null ? 0 : (count(before) ?? 0)));
  llmToolCalls.inc(more(({ toolCalls }) => toolCalls));
  llmCostUsd.inc(
    { model },
    more(({ costUsd }) => costUsd),
  );
  for (const [kind, tokens] of [
    ['prompt', more(({ promptTokens }) => promptTokens)],
    ['completion', more(({ completionTokens }) => completionTokens)],
  ] as const)
    if (tokens > 0) llmTokens.inc({ model, kind }, tokens);
}
