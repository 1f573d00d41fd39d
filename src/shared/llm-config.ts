import { z } from 'zod';
import { list, optionalText, optionalUrl, wholeNumber } from './config-fields.ts';

/** US dollars per million tokens; `cached` is for the part of a prompt that the server had in its cache, null like `prompt`. */
export type LlmPrice = { prompt: number; completion: number; cached: number | null };

/** What the LLM may spend on one investigation; whatever is reached first makes it conclude with what it has. */
export type LlmLimits = Readonly<{
  /** Messages in which it may ask for more evidence; 0 gives it no tools. */
  maxRounds: number;
  maxToolCalls: number;
  /** Prompt and completion of all calls together; null leaves it at the agent's own budget, which it never exceeds. */
  maxTokens: number | null;
  /** Only for models whose price is known. */
  maxCostUsd: number;
  prices: Readonly<Record<string, LlmPrice>>;
  /** How long it may go on asking for evidence, ms. */
  toolMs: number;
  /** What the model can read and write in one call, tokens; evidence is fitted to it. */
  contextTokens: number;
}>;

/** What the deployment takes of all processes together; null where it has no limit of which we know. */
export type LlmRates = Readonly<{ tokensPerMinute: number | null; requestsPerMinute: number | null }>;

/** The limits where nothing is configured. */
export const DEFAULT_LLM_LIMITS: LlmLimits = Object.freeze({
  maxRounds: 6,
  maxToolCalls: 12,
  maxTokens: null,
  maxCostUsd: 1,
  prices: {},
  toolMs: 90_000,
  contextTokens: 128_000,
});

export type LlmConfig =
  | { provider: 'none' }
  | {
      provider: 'openai';
      apiKey: string;
      baseUrl: string | null;
      model: string;
      timeoutMs: number;
      limits?: LlmLimits;
      rates?: LlmRates;
      maskIpAddresses?: boolean;
    }
  | {
      provider: 'azure';
      apiKey: string;
      endpoint: string;
      apiVersion: string | null;
      deployment: string;
      timeoutMs: number;
      limits?: LlmLimits;
      rates?: LlmRates;
      maskIpAddresses?: boolean;
    };

const amount = (fallback: number) =>
  z.coerce.number({ error: 'is not an amount of money' }).positive('is not above 0').default(fallback);

/** `gpt-4.1=2/8/0.5,...`: US dollars per million tokens of prompt, of completion, and of prompt from the server's cache. */
const llmPrices = list.transform((entries, context) => {
  const prices: Record<string, LlmPrice> = {};
  for (const entry of entries) {
    const match = /^([^=\s]+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(entry);
    if (!match) {
      context.addIssue({ code: 'custom', message: `has "${entry}", which is not of the form model=prompt/completion` });
      return z.NEVER;
    }
    const cached = match[4] === undefined ? null : Number(match[4]);
    prices[match[1]!] = { prompt: Number(match[2]), completion: Number(match[3]), cached };
  }
  return prices;
});

/** The variables of the LLM. */
export const llmEnvironment = {
  OPENAI_API_KEY: optionalText,
  OPENAI_BASE_URL: optionalUrl,
  OPENAI_MODEL: z.string().default('gpt-4.1'),
  AZURE_OPENAI_ENDPOINT: optionalUrl,
  AZURE_OPENAI_API_KEY: optionalText,
  AZURE_OPENAI_API_VERSION: optionalText,
  AZURE_OPENAI_DEPLOYMENT: optionalText,
  LLM_TIMEOUT_SECONDS: wholeNumber(60, 1, 600),
  LLM_MAX_ROUNDS: wholeNumber(6, 0, 50),
  LLM_MAX_TOOL_CALLS: wholeNumber(12, 0, 200),
  LLM_MAX_TOKENS: wholeNumber(0, 0, 100_000_000),
  LLM_MAX_COST_USD: amount(1),
  LLM_TOKENS_PER_MINUTE: wholeNumber(0, 0, 1_000_000_000),
  LLM_REQUESTS_PER_MINUTE: wholeNumber(0, 0, 1_000_000),
  LLM_PRICES: z
    .string()
    .optional()
    .pipe(z.preprocess((value) => value ?? '', llmPrices)),
  LLM_TOOL_SECONDS: wholeNumber(90, 1, 900),
  LLM_CONTEXT_TOKENS: wholeNumber(128_000, 2_000, 10_000_000),
};

const llmSchema = z.object(llmEnvironment);
type LlmEnvironment = z.output<typeof llmSchema>;

/** The LLM that the variables name; Azure OpenAI takes precedence. */
export function llmConfig(env: LlmEnvironment & { MASK_IP_ADDRESSES?: boolean }): LlmConfig {
  const common = {
    timeoutMs: env.LLM_TIMEOUT_SECONDS * 1000,
    limits: llmLimits(env),
    rates: {
      tokensPerMinute: env.LLM_TOKENS_PER_MINUTE || null,
      requestsPerMinute: env.LLM_REQUESTS_PER_MINUTE || null,
    },
    maskIpAddresses: env.MASK_IP_ADDRESSES,
  };
  if (env.AZURE_OPENAI_ENDPOINT && env.AZURE_OPENAI_API_KEY && env.AZURE_OPENAI_DEPLOYMENT) {
    return {
      provider: 'azure',
      apiKey: env.AZURE_OPENAI_API_KEY,
      endpoint: env.AZURE_OPENAI_ENDPOINT,
      apiVersion: env.AZURE_OPENAI_API_VERSION ?? null,
      deployment: env.AZURE_OPENAI_DEPLOYMENT,
      ...common,
    };
  }
  if (!env.OPENAI_API_KEY && !env.OPENAI_BASE_URL) return { provider: 'none' };
  return {
    provider: 'openai',
    // Compatible servers on one's own machine often want no key; the client library insists on a text.
    apiKey: env.OPENAI_API_KEY ?? 'not-needed',
    baseUrl: env.OPENAI_BASE_URL ?? null,
    model: env.OPENAI_MODEL,
    ...common,
  };
}

function llmLimits(env: LlmEnvironment): LlmLimits {
  return {
    maxRounds: env.LLM_MAX_ROUNDS,
    maxToolCalls: env.LLM_MAX_TOOL_CALLS,
    maxTokens: env.LLM_MAX_TOKENS || null,
    maxCostUsd: env.LLM_MAX_COST_USD,
    prices: env.LLM_PRICES,
    toolMs: env.LLM_TOOL_SECONDS * 1000,
    contextTokens: env.LLM_CONTEXT_TOKENS,
  };
}
