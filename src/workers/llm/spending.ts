import type { LlmUsage } from '../../shared/report.ts';
import type { ChatAnswer } from './chat-client.ts';
import { CHARACTERS_PER_TOKEN } from './fit-evidence.ts';
import type { Purse } from './llm-limits.ts';

/** Counts what the calls of one investigation cost; where a server does not say, from the lengths of the texts. */
export type Spending = {
  /** Enters one call with the length of its prompt in characters. */
  add(answer: ChatAnswer, promptLength: number): void;
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
export function createSpending(purse: Purse): Spending {
  const answers: ChatAnswer[] = [];
  const spent = { tokens: 0, cost: 0 };
  let perToken = CHARACTERS_PER_TOKEN;
  const tokensOf = (length: number) => Math.ceil(length / perToken);
  return {
    tokensOf,
    add(answer, promptLength) {
      const prompt = answer.promptTokens ?? tokensOf(promptLength);
      const completion = answer.completionTokens ?? tokensOf(answerLength(answer));
      spent.tokens += prompt + completion;
      spent.cost += costOf(purse, prompt, completion, answer.cachedTokens ?? 0);
      if (answer.promptTokens) perToken = bounded(promptLength / answer.promptTokens);
      answers.push(answer);
    },
    oversteps(prompt, answer) {
      if (spent.tokens + prompt + answer > purse.tokens) return 'tokens';
      return spent.cost + costOf(purse, prompt, answer, 0) > purse.costUsd ? 'cost' : null;
    },
    left: () => Math.max(0, purse.tokens - spent.tokens),
    usage: () => usageOf(answers, purse, spent.cost),
  };
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

function usageOf(answers: ChatAnswer[], { price }: Purse, cost: number): LlmUsage {
  const sum = (counts: (number | null)[]) =>
    counts.every((count) => count === null) ? null : counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return {
    model: answers.at(-1)?.model ?? 'unknown',
    promptTokens: sum(answers.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(answers.map(({ completionTokens }) => completionTokens)),
    calls: answers.length,
    costUsd: price === null ? null : Number(cost.toFixed(6)),
  };
}
