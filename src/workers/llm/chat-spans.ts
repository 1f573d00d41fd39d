import type { LlmConfig } from '../../shared/llm-config.ts';
import type { SpanAttributes } from '../../shared/tracing/span-attributes.ts';
import { withSpan } from '../../shared/tracing/tracing.ts';
import { type Billed, BilledFailure, type ChatAnswer, type ChatClient, type ChatRequest } from './chat-client.ts';

type Configured = Exclude<LlmConfig, { provider: 'none' }>;

const OPENAI = 'https://api.openai.com';

/** Gives every call of the LLM a client span by the GenAI conventions; neither what is said to it nor what it answers is part of it. */
export function withChatSpans(client: ChatClient, config: Configured): ChatClient {
  const { model } = client;
  const server = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': config.provider === 'azure' ? 'azure.ai.openai' : 'openai',
    'gen_ai.request.model': model,
    ...addressOf(config.provider === 'azure' ? config.endpoint : (config.baseUrl ?? OPENAI)),
  };
  return {
    model,
    complete: (request, signal) =>
      withSpan(`chat ${model}`, { kind: 'client', attributes: { ...server, ...asked(request) } }, async (span) => {
        try {
          const answer = await client.complete(request, signal);
          span.set({ ...billed(answer), 'gen_ai.response.finish_reasons': [finishOf(answer)] });
          return answer;
        } catch (error) {
          if (error instanceof BilledFailure) span.set(billed(error.billed));
          throw error;
        }
      }),
  };
}

function asked({ form, maxAnswerTokens }: ChatRequest): SpanAttributes {
  return { 'gen_ai.request.max_tokens': maxAnswerTokens, 'gen_ai.output.type': form === 'text' ? 'text' : 'json' };
}

function billed({ model, promptTokens, cachedTokens, completionTokens }: Billed): SpanAttributes {
  return {
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': promptTokens,
    'gen_ai.usage.output_tokens': completionTokens,
    'gen_ai.usage.cache_read.input_tokens': cachedTokens,
  };
}

function finishOf({ cut, toolCalls }: ChatAnswer): string {
  if (cut) return 'length';
  return toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

function addressOf(url: string): SpanAttributes {
  const { hostname, port, protocol } = new URL(url);
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'http:' ? 80 : 443) };
}
