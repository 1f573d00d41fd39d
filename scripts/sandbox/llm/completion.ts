import type { ChatCompletionRequest } from './default-answer.ts';

type Ending = { content: string | null; refusal?: string | null; finishReason?: string };

/** A chat completion object as the API writes it; tokens are counted as a quarter of the characters. */
export function completion(
  request: ChatCompletionRequest,
  { content, refusal = null, finishReason = 'stop' }: Ending,
): string {
  const promptTokens = Math.ceil(request.messages.reduce((sum, message) => sum + message.content.length, 0) / 4);
  const completionTokens = Math.ceil((content ?? refusal ?? '').length / 4);
  return JSON.stringify({
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model || 'sandbox-model',
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal }, logprobs: null, finish_reason: finishReason },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  });
}

/** An error body as the API writes it. */
export function errorBody(message: string, code: string | null = null, param: string | null = null): string {
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param, code } });
}
