import { DependencyError } from '../../shared/errors.ts';
import { DEFAULT_LLM_LIMITS, type LlmConfig } from '../../shared/llm-config.ts';
import { maskAddressesIn } from '../../shared/mask-addresses.ts';
import type { ChatClient } from './chat-client.ts';
import { createOpenAiChatClient } from './openai-chat-client.ts';
import { reasonWithTools } from './reason-with-tools.ts';
import type { Reasoner } from './reasoner.ts';

/** The reasoner of the configured LLM; without one, `configured` is false and reasoning throws `not_configured`. */
export function createReasoner(options: LlmConfig): Reasoner {
  if (options.provider === 'none') return NO_REASONER;
  const { timeoutMs, limits = DEFAULT_LLM_LIMITS } = options;
  const opened = createOpenAiChatClient(options);
  const client = options.maskIpAddresses ? withoutAddresses(opened) : opened;
  const deps = { client, known: { form: 0, tools: true }, timeoutMs, limits };
  return { configured: true, reason: (input, signal) => reasonWithTools(deps, input, signal) };
}

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
