import { DependencyError } from '../../shared/errors.ts';
import { DEFAULT_LLM_LIMITS, type LlmConfig, type LlmRates } from '../../shared/llm-config.ts';
import { maskAddressesIn } from '../../shared/mask-addresses.ts';
import type { PaceStore } from '../../shared/store/pace-store.ts';
import type { ChatClient } from './chat-client.ts';
import { withChatSpans } from './chat-spans.ts';
import { createLlmPace, NO_PACE } from './llm-pace.ts';
import { createOpenAiChatClient } from './openai-chat-client.ts';
import { reasonWithTools } from './reason-with-tools.ts';
import type { Reasoner } from './reasoner.ts';

/**
 * The reasoner of the configured LLM, whose pace is kept in `paces` together with all processes; without an LLM, `configured` is false and reasoning throws
 * `not_configured`.
 */
export function createReasoner(options: LlmConfig, paces: PaceStore | null = null): Reasoner {
  if (options.provider === 'none') return NO_REASONER;
  const { timeoutMs, limits = DEFAULT_LLM_LIMITS, rates = NO_RATES } = options;
  const opened = withChatSpans(createOpenAiChatClient(options), options);
  const client = options.maskIpAddresses ? withoutAddresses(opened) : opened;
  const pace = paces ? createLlmPace(paces, client.model, rates) : NO_PACE;
  const deps = { client, known: { form: 0, tools: true }, pace, timeoutMs, limits };
  return { configured: true, reason: (input, signal) => reasonWithTools(deps, input, signal) };
}

const NO_RATES: LlmRates = { tokensPerMinute: null, requestsPerMinute: null };

/** Whatever is said to the model, no address is in it. */
function withoutAddresses(client: ChatClient): ChatClient {
  return {
    model: client.model,
    complete: ({ messages, tools, ...request }, signal) =>
      client.complete({ ...request, messages: maskAddressesIn(messages), tools: maskAddressesIn(tools) }, signal),
  };
}

const NO_REASONER: Reasoner = {
  configured: false,
  async reason() {
    throw new DependencyError(
      'llm',
      'not_configured',
      'no LLM is configured: set OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT',
    );
  },
};
