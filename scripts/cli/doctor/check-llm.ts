import type { Config } from '../../../src/shared/config.ts';
import type { LlmConfig } from '../../../src/shared/llm-config.ts';
import { createOpenAiChatClient } from '../../../src/workers/llm/openai-chat-client.ts';
import { type Check, type Line, off, ok } from './check.ts';
import { failedCall, type Settings } from './remedies.ts';

/** Reasoning models spend tokens before the first word, and some refuse a limit that leaves none. */
const MOST_TOKENS = 256;

/** The LLM by one very small completion: reachable, the key accepted, the model or deployment there. */
export function checkLlm({ llm }: Pick<Config, 'llm'>): Check {
  return { what: 'LLM', run: (signal) => askLlm(llm, signal) };
}

async function askLlm(config: LlmConfig, signal: AbortSignal): Promise<Line[]> {
  if (config.provider === 'none') {
    const meaning =
      "reports are the detectors' alone, labelled preliminary; set OPENAI_API_KEY or AZURE_OPENAI_ENDPOINT";
    return [off('LLM', `not configured (${meaning})`)];
  }
  const client = createOpenAiChatClient(config);
  const started = performance.now();
  try {
    const messages = [{ role: 'user' as const, content: 'Answer with the word "ready" and nothing else.' }];
    const { model } = await client.complete(
      { messages, form: 'text', schema: {}, maxAnswerTokens: MOST_TOKENS },
      signal,
    );
    return [ok('LLM', `${model} answered after ${((performance.now() - started) / 1000).toFixed(1)} s`)];
  } catch (error) {
    return [failedCall(`LLM ${client.model}`, error, settingsOf(config))];
  }
}

function settingsOf({ provider }: LlmConfig): Settings {
  if (provider === 'azure') {
    const thing = 'AZURE_OPENAI_DEPLOYMENT and AZURE_OPENAI_API_VERSION';
    return { address: 'AZURE_OPENAI_ENDPOINT', secret: 'AZURE_OPENAI_API_KEY', thing };
  }
  return { address: 'OPENAI_BASE_URL', secret: 'OPENAI_API_KEY', thing: 'OPENAI_MODEL and OPENAI_BASE_URL' };
}
