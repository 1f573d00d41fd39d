import { DependencyError } from '../../shared/errors.ts';
import type { LlmUsage } from '../../shared/report.ts';
import { type Billed, BilledFailure, type ChatAnswer } from './chat-client.ts';
import { CHARACTERS_PER_TOKEN } from './fit-evidence.ts';
import type { Purse } from './llm-limits.ts';
import { BROKEN_OFF } from './openai-failure.ts';

/** Counts what the calls of one investigation cost; where a server does not say, from the lengths of the texts. */
export type Spending = {
  /** Enters one call with the length of its prompt in characters. */
  add(answer: ChatAnswer, promptLength: number): void;
  /**
   * Enters a call that failed: what the server has counted, else the prompt's estimate where the model may have read it before
   * the call was given up or broke off, else nothing.
   */
  addFailed(error: unknown, promptLength: number): void;
  /** Tokens of so many characters, by what the server has counted so far. */
  tokensOf(length: number): number;
  /** What another call of this size would overstep: "tokens", "cost", or null when it may be made. */
  oversteps(promptTokens: number, answerTokens: number): 'tokens' | 'cost' | null;
  /** Tokens that are left. */
  left(): number;
  usage(): LlmUsage;
};

const LEAST_PER_TOKEN = 1.5;
const MOST_PER_TOKEN = 5;

/** Starts at nothing. */
export function createSpending(purse: Purse, model = 'unknown'): Spending {
  const calls: Billed[] = [];
  const spent = { tokens: 0, cost: 0 };
  let perToken = CHARACTERS_PER_TOKEN;
  const tokensOf = (length: number) => Math.ceil(length / perToken);
  const enter = (billed: Billed, promptLength: number, answered: number) => {
    const prompt = billed.promptTokens ?? tokensOf(promptLength);
    const completion = billed.completionTokens ?? tokensOf(answered);
    spent.tokens += prompt + completion;
    spent.cost += costOf(purse, prompt, completion, billed.cachedTokens ?? 0);
    if (billed.promptTokens) perToken = bounded(promptLength / billed.promptTokens);
    calls.push(billed);
  };
  return {
    tokensOf,
    add: (answer, promptLength) => enter(answer, promptLength, answerLength(answer)),
    addFailed(error, promptLength) {
      if (error instanceof BilledFailure) enter(error.billed, promptLength, 0);
      else if (wasRead(error)) {
        const promptTokens = tokensOf(promptLength);
        enter({ model, promptTokens, cachedTokens: null, completionTokens: 0 }, promptLength, 0);
      }
    },
    oversteps(prompt, answer) {
      if (spent.tokens + prompt + answer > purse.tokens) return 'tokens';
      return spent.cost + costOf(purse, prompt, answer, 0) > purse.costUsd ? 'cost' : null;
    },
    left: () => Math.max(0, purse.tokens - spent.tokens),
    usage: () => usageOf(calls, model, purse, spent.cost),
  };
}

/** A call that was given up or lost on the way back: the server has the prompt, and will want to be paid for it. */
function wasRead(error: unknown): boolean {
  if (!(error instanceof DependencyError)) return false;
  return error.failure === 'timeout' || error.failure === 'aborted' || error.detail === BROKEN_OFF;
}

const bounded = (ratio: number) => Math.min(MOST_PER_TOKEN, Math.max(LEAST_PER_TOKEN, ratio));

function answerLength({ content, toolCalls }: ChatAnswer): number {
  return content.length + toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
}

/** In US dollars; 0 where the price is unknown. */
function costOf({ price }: Purse, prompt: number, completion: number, cached: number): number {
  if (price === null) return 0;
  const fromCache = Math.min(cached, prompt);
  const read = (prompt - fromCache) * price.prompt + fromCache * (price.cached ?? price.prompt);
  return (read + completion * price.completion) / 1e6;
}

function usageOf(calls: Billed[], model: string, { price }: Purse, cost: number): LlmUsage {
  const sum = (counts: (number | null)[]) =>
    counts.length > 0 && counts.every((count) => count === null)
      ? null
      : counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return {
    model: calls.at(-1)?.model ?? model,
    promptTokens: sum(calls.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(calls.map(({ completionTokens }) => completionTokens)),
    calls: calls.length,
    costUsd: price === null && calls.length > 0 ? null : Number(cost.toFixed(6)),
  };
}
