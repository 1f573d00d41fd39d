import { AsyncLocalStorage } from 'node:async_hooks';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { eachLimited, limited, MAX_ANSWER_BYTES, MAX_EVENT_BYTES, statesSmallBody } from '../../http/limit-body.ts';
import { abortable } from '../abortable.ts';
import type { ServerTarget } from '../server-target.ts';
import type { OpenTransport, RequestContext } from './request-context.ts';
import { createRequestHeaders, type RequestHeaders } from './request-headers.ts';
import { readRetryAfter } from './retry-after.ts';

type HttpTarget = Extract<ServerTarget, { kind: 'http' }>;

/**
 * Streamable HTTP by the SDK, with a fetch that knows which call it serves: the SDK neither ends the HTTP request of an
 * aborted call, nor tells a call that its answer's stream broke, nor hands on Retry-After, nor reads a rotated secret again.
 */
export function openHttpTransport(target: HttpTarget): OpenTransport {
  const contexts = new AsyncLocalStorage<RequestContext>();
  const headers = createRequestHeaders(target);
  const transport = new StreamableHTTPClientTransport(new URL(target.url), {
    fetch: (input, init) => contextualFetch(contexts.getStore(), headers, input, init),
  });
  return {
    // The SDK's class declares sessionId as "string | undefined" where its own interface has it optional.
    transport: transport as Transport,
    run: (context, request) => contexts.run(context, request),
    diagnose: () => '',
    fault: () => null,
    leave: (signal) => abortable(transport.terminateSession(), signal, () => new Error('gave up')).catch(() => {}),
  };
}

async function contextualFetch(
  context: RequestContext | undefined,
  headers: RequestHeaders,
  input: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  // The event stream (GET) outlives every call, and a given-up call still sends its cancellation.
  if (!context || init.method !== 'POST' || context.signal.aborted) {
    return limitedEvents(await authorizedFetch(headers, input, init));
  }
  const signal = init.signal ? AbortSignal.any([init.signal, context.signal]) : context.signal;
  const response = await authorizedFetch(headers, input, { ...init, signal });
  context.retryAfterMs = readRetryAfter(response.headers.get('retry-after'));
  const isStream = isEventStream(response);
  if (!isStream && statesSmallBody(response.headers, MAX_ANSWER_BYTES)) return response;
  return watchBody(response, context, isStream);
}

/** A stream that goes on for days may bring any number of events, but none without end: what is not at its end is kept in memory. */
function limitedEvents(response: Response): Response {
  if (!isEventStream(response) || !response.body) return response;
  const { body, status, headers } = response;
  return new Response(ReadableStream.from(eachLimited(body, MAX_EVENT_BYTES)), { status, headers });
}

/** A server that refuses who asks has done nothing: with another secret, where there is one, it is asked once more. */
export async function authorizedFetch(
  headers: RequestHeaders,
  input: string | URL,
  init: RequestInit,
): Promise<Response> {
  const send = (own: Record<string, string>) => {
    const all = new Headers(init.headers);
    for (const [name, value] of Object.entries(own)) all.set(name, value);
    return fetch(input, { ...init, headers: all });
  };
  const own = await headers.current();
  const response = await send(own);
  if (response.status !== 401 || !headers.renew(own)) return response;
  await response.body?.cancel();
  return send(await headers.current());
}

function isEventStream(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

function watchBody(response: Response, context: RequestContext, isStream: boolean): Response {
  const { body, status, headers } = response;
  return body ? new Response(ReadableStream.from(watched(body, context, isStream)), { status, headers }) : response;
}

async function* watched(body: ReadableStream<Uint8Array>, context: RequestContext, isStream: boolean) {
  try {
    yield* limited(body, MAX_ANSWER_BYTES);
  } catch (error) {
    // Who reads JSON gets the error; who reads a stream is not told by the SDK.
    if (isStream) context.onLost(error);
    throw error;
  }
}
