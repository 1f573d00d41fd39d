import { z } from 'zod';
import { limitedResponse } from '../../../http/limit-body.ts';
import { protocolFailure, requestFailure, statusFailure } from './signoz-failures.ts';
import type { SignozServerOptions } from './signoz-options.ts';

/** SigNoz's HTTP API for the tools; throws DependencyError (dependency `signoz`). */
export type SignozClient = {
  /** POSTs JSON and answers the envelope's `data`, checked against the schema. */
  post<T>(path: string, body: unknown, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
};

/** Queries ask for some thousand rows at most. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const envelope = z.object({ status: z.literal('success'), data: z.unknown() });

function readData<T>(path: string, body: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw protocolFailure(path, 'the answer is not JSON, is SIGNOZ_URL right?', error);
  }
  // Some of its older paths answer with the bare rows.
  const outer = envelope.safeParse(Array.isArray(json) ? { status: 'success', data: json } : json);
  const inner = outer.success ? schema.safeParse(outer.data.data) : outer;
  if (!inner.success) throw protocolFailure(path, `unexpected answer: ${z.prettifyError(inner.error)}`, inner.error);
  return inner.data as T;
}

/** The SigNoz client; the only file that knows how SigNoz is asked. */
export function createSignozClient(options: SignozServerOptions): SignozClient {
  const { url, apiKey, timeoutMs, fetch: fetchFn = fetch } = options;
  const base = url.replace(/\/+$/, '');
  const key: Record<string, string> = apiKey === '' ? {} : { 'signoz-api-key': apiKey };
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...key };
  const send = async (path: string, body: unknown, signal: AbortSignal) => {
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      // A redirect would carry the key to wherever it points.
      const init = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal: both } as const;
      const response = limitedResponse(await fetchFn(`${base}${path}`, init), MAX_ANSWER_BYTES);
      const { ok, status } = response;
      return { ok, status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
    } catch (error) {
      throw requestFailure(path, error, signal);
    }
  };
  return {
    async post(path, body, schema, signal) {
      const { ok, status, retryAfter, text } = await send(path, body, signal);
      if (!ok) throw statusFailure(path, status, text, retryAfter);
      return readData(path, text, schema);
    },
  };
}
