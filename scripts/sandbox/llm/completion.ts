import type { ChatCompletionRequest } from './default-answer.ts';

/** A call of a tool as the model writes it; the arguments are text, because broken models break them too. */
export type SandboxToolCall = { name: string; arguments: string };

export type Ending = {
  content: string | null;
  toolCalls?: SandboxToolCall[];
  refusal?: string | null;
  finishReason?: string;
};

/** A chat completion object as the API writes it; tokens are counted as a quarter of the characters. */
export function completion(request: ChatCompletionRequest, ending: Ending): string {
  const { content, toolCalls = [], refusal = null } = ending;
  const { finishReason = toolCalls.length > 0 ? 'tool_calls' : 'stop' } = ending;
  const promptTokens = Math.ceil(JSON.stringify([request.messages, request.tools ?? []]).length / 4);
  const completionTokens = Math.ceil(((content ?? refusal ?? '').length + JSON.stringify(toolCalls).length) / 4);
  const calls = toolCalls.map((call, index) => ({ id: `call_${index}`, type: 'function', function: call }));
  const message = { role: 'assistant', content, refusal, ...(calls.length > 0 && { tool_calls: calls }) };
  return JSON.stringify({
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model || 'sandbox-model',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  });
}

/** An error body as the API writes it. */
export function errorBody(message: string, code: string | null = null, param: string | null = null): string {
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param, code } });
}
