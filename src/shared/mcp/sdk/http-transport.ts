import { AsyncLocalStorage } from 'node:async_hooks';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { abortable } from '../abortable.ts';
import type { OpenTransport, RequestContext } from './request-context.ts';

/**
 * Streamable HTTP by the SDK, with a fetch that knows which call it serves: the SDK neither ends the HTTP request of an
 * aborted call, nor tells a call that its answer's stream broke, nor hands on Retry-After.
 */
export function openHttpTransport({ url, headers }: { url: string; headers: Record<string, string> }): OpenTransport {
  const contexts = new AsyncLocalStorage<RequestContext>();
  const fetchInContext = (input: string | URL, init?: RequestInit) => contextualFetch(contexts.getStore(), input, init);
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: fetchInContext,
  });
  return {
    // The SDK's class declares sessionId as "string | undefined" where its own interface has it optional.
    transport: transport as Transport,
    run: (context, request) => contexts.run(context, request),
    diagnose: () => '',
    leave: (signal) => abortable(transport.terminateSession(), signal, () => new Error('gave up')).catch(() => {}),
  };
}

async function contextualFetch(
  context: RequestContext | undefined,
  input: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  // The event stream (GET) outlives every call, and a given-up call still sends its cancellation.
  if (!context || init.method !== 'POST' || context.signal.aborted) return fetch(input, init);
  const signal = init.signal ? AbortSignal.any([init.signal, context.signal]) : context.signal;
  const response = await fetch(input, { ...init, signal });
  context.retryAfterMs = readRetryAfter(response.headers.get('retry-after'));
  return isEventStream(response) ? reportBreak(response, context) : response;
}

function isEventStream(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

function reportBreak(response: Response, context: RequestContext): Response {
  const { body, status, headers } = response;
  return body ? new Response(ReadableStream.from(watched(body, context)), { status, headers }) : response;
}

async function* watched(body: ReadableStream<Uint8Array>, context: RequestContext) {
  try {
    yield* body;
  } catch (error) {
    context.onLost();
    throw error;
  }
}

/** Seconds or an HTTP date, as ms from now; null when absent or unreadable. */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
