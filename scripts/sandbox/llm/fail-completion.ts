import type { ServerResponse } from 'node:http';
import { sendEndlessly, trickle } from '../http/bad-bodies.ts';
import type { ChatFault } from './chat-fault.ts';
import { completion, errorBody } from './completion.ts';
import type { ChatCompletionRequest } from './default-answer.ts';

export type Answer = { status: number; body: string; headers?: Record<string, string> };

/** A server that does not know a parameter objects only to requests that use it. */
export function applies(fault: ChatFault, body: ChatCompletionRequest): boolean {
  if (fault.kind !== 'unsupported') return true;
  return fault.what === 'max_completion_tokens'
    ? body.max_completion_tokens !== undefined
    : body.response_format?.type === fault.what;
}

/** The whole answer of a fault that has one; null for faults of the connection, which `misbehave` acts out. */
export function failedAnswer(fault: ChatFault, request: ChatCompletionRequest): Answer | null {
  switch (fault.kind) {
    case 'status': {
      const { status, message = `simulated ${status}`, code = null, param = null, headers } = fault;
      return { status, body: errorBody(message, code, param), headers };
    }
    case 'rate_limited': {
      const headers = { 'retry-after': String(fault.retryAfterSeconds) };
      return { status: 429, body: errorBody('Rate limit reached', 'rate_limit_exceeded'), headers };
    }
    case 'unsupported':
      return { status: 400, body: unsupportedBody(fault.what) };
    case 'content_filter':
      return filtered(fault.when, request);
    case 'content':
      return { status: 200, body: completion(request, { content: fault.content }) };
    case 'wrong_schema':
      return {
        status: 200,
        body: completion(request, { content: '{"verdict":"certain","rootCause":"the database"}' }),
      };
    case 'refusal':
      return { status: 200, body: completion(request, { content: null, refusal: 'I cannot help with that.' }) };
    case 'length':
      return { status: 200, body: completion(request, { content: '{"verdict":"identified"', finishReason: 'length' }) };
    case 'garbage':
      return {
        status: 200,
        body: '<html><body>Service is being updated</body></html>',
        headers: { 'content-type': 'text/html' },
      };
    default:
      return null;
  }
}

function filtered(when: 'prompt' | 'answer', request: ChatCompletionRequest): Answer {
  if (when === 'answer')
    return { status: 200, body: completion(request, { content: '', finishReason: 'content_filter' }) };
  const message = 'The response was filtered due to the prompt triggering the content management policy';
  return { status: 400, body: errorBody(message, 'content_filter', 'prompt') };
}

function unsupportedBody(what: 'json_schema' | 'json_object' | 'max_completion_tokens'): string {
  if (what === 'max_completion_tokens')
    return errorBody(`Unsupported parameter: '${what}'`, 'unsupported_parameter', what);
  return errorBody(`response_format type '${what}' is not supported by this model`, null, 'response_format');
}

/** Acts out a fault of the connection. */
export function misbehave(fault: ChatFault, request: ChatCompletionRequest, response: ServerResponse): void {
  switch (fault.kind) {
    case 'close':
      response.destroy();
      break;
    case 'cut_body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
      response.write('{"id":"chatcmpl', () => response.destroy());
      break;
    case 'trickle':
      trickle(response, completion(request, { content: '{}' }), fault.everyMs);
      break;
    case 'endless':
      void sendEndlessly(response);
      break;
    default:
      // `hang`: no answer, until the client gives up.
      break;
  }
}
