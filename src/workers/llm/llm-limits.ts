import type { LlmLimits, LlmPrice } from '../../shared/llm-config.ts';

/** What one call of the model may hold, in tokens; prompt and answer are bounded apart. */
export type TokenBudget = { prompt: number; answer: number };

const MOST_ANSWER_TOKENS = 8000;
const LEAST_ANSWER_TOKENS = 300;

/** What an investigation of the LLM may spend. */
export type Purse = {
  /** Prompt and completion tokens of all calls together. */
  tokens: number;
  /** US dollars of all calls together; nothing is checked where the price is unknown. */
  costUsd: number;
  price: LlmPrice | null;
  /** What the model can read and write in one call, tokens. */
  contextTokens: number;
};

/** The purse of an agent's budget under the configured limits. */
export function purseOf(agentTokens: number, limits: LlmLimits, model: string): Purse {
  const { maxTokens, maxCostUsd, contextTokens, prices } = limits;
  const tokens = maxTokens === null ? agentTokens : Math.min(agentTokens, maxTokens);
  return { tokens, costUsd: maxCostUsd, price: priceOf(prices, model), contextTokens };
}

/** The price of a model by its name, or by the longest beginning of it (`gpt-4.1` for `gpt-4.1-2025-04-14`). */
export function priceOf(prices: LlmLimits['prices'], model: string): LlmPrice | null {
  const known = Object.keys(prices).filter((name) => model === name || model.startsWith(`${name}-`));
  const [best] = known.sort((left, right) => right.length - left.length);
  return best === undefined ? null : (prices[best] ?? null);
}

/**
 * Splits a purse so that `prompts` whole prompts and one repair fit into it, and that a prompt with its answer, its repair
 * and `fixed` tokens (schema and tools) fits into what the model can read.
 */
export function splitBudget(purse: Purse, prompts: number, fixed = 0): TokenBudget {
  const { tokens, contextTokens } = purse;
  const affordable = Math.min(tokens, tokensFor(purse));
  const answer = clamp(Math.min(affordable * 0.1, contextTokens / 5), LEAST_ANSWER_TOKENS, MOST_ANSWER_TOKENS);
  const spendable = (affordable - (prompts + 2) * answer) / (prompts + 1) - fixed;
  // The repair holds the first answer too, cut to two characters a token.
  const readable = contextTokens - 1.7 * answer - fixed;
  return { answer, prompt: clamp(Math.min(spendable, readable), LEAST_ANSWER_TOKENS, Number.MAX_SAFE_INTEGER) };
}

/** How many tokens the money buys, where six of seven are prompt; without a price as many as one likes. */
function tokensFor({ costUsd, price }: Purse): number {
  if (price === null) return Number.MAX_SAFE_INTEGER;
  const mean = (6 * price.prompt + price.completion) / 7;
  return mean > 0 ? (costUsd / mean) * 1e6 : Number.MAX_SAFE_INTEGER;
}

const clamp = (value: number, least: number, most: number) => Math.floor(Math.max(least, Math.min(most, value)));
