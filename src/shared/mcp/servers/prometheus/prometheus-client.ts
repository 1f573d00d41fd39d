import { z } from 'zod';
import { badQuestion, protocolFailure, refusalFailure, requestFailure } from './prometheus-failures.ts';
import type { PrometheusServerOptions } from './prometheus-options.ts';

/** An answer's data with what Prometheus warned of (partial results of Thanos and Mimir among it) and remarked. */
export type PrometheusAnswer<T> = { data: T; warnings: string[]; infos: string[] };

export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The HTTP API v1 for the tools; throws DependencyError (dependency `prometheus`). */
export type PrometheusClient = {
  /** Reads by GET, or by POST where expressions may be longer than an address, and checks the envelope's `data`. */
  read<T>(
    path: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<PrometheusAnswer<T>>;
  /** How long Prometheus itself may work on a query, as the API takes it. */
  queryTimeout: string;
};

/** Longer answers than this are refused while they come, bytes. */
const MAX_ANSWER_BYTES = 24 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const BY_POST = new Set(['/query', '/query_range', '/series', '/labels']);
/** What is left of a request's time for the way there and back, ms. */
const MARGIN_MS = 1_000;

const envelope = z.object({
  status: z.literal('success'),
  data: z.unknown(),
  warnings: z.array(z.string()).nullish(),
  infos: z.array(z.string()).nullish(),
});

/** The client of Prometheus and of what speaks its API; the only file that knows how it is asked. */
export function createPrometheusClient(options: PrometheusServerOptions): PrometheusClient {
  const { url, timeoutMs, fetch: fetchFn = fetch } = options;
  const base = `${url.replace(/\/+$/, '')}/api/v1`;
  const headers = headersOf(options);
  const send = async (method: 'GET' | 'POST', path: string, form: URLSearchParams, signal: AbortSignal) => {
    const init: RequestInit =
      method === 'POST'
        ? { body: form.toString(), headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } }
        : { headers };
    const query = form.toString();
    let target = new URL(`${base}${path}${method === 'GET' && query ? `?${query}` : ''}`);
    for (let hop = 0; ; hop++) {
      const response = await fetchFn(target, { ...init, method, redirect: 'manual', signal });
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      target = redirected(path, target, location, hop);
    }
  };
  return {
    queryTimeout: `${Math.max(500, timeoutMs - MARGIN_MS)}ms`,
    async read(path, parameters, schema, signal) {
      const form = formOf(parameters);
      const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        let response = await send(BY_POST.has(path) ? 'POST' : 'GET', path, form, both);
        // Some proxies let nothing but GET through.
        if (response.status === 405 && BY_POST.has(path)) {
          await response.body?.cancel();
          response = await send('GET', path, form, both);
        }
        const text = await readBody(response);
        if (!response.ok) {
          throw refusalFailure(path, response.status, text, response.headers.get('retry-after'));
        }
        return readAnswer(path, response.status, text, schema);
      } catch (error) {
        throw requestFailure(path, error, signal);
      }
    },
  };
}

function headersOf({ token, basic, tenant, headers }: PrometheusServerOptions): Record<string, string> {
  const credentials = basic ? Buffer.from(`${basic.user}:${basic.password}`).toString('base64') : null;
  const authorization = token ? `Bearer ${token}` : credentials ? `Basic ${credentials}` : null;
  return {
    accept: 'application/json',
    'user-agent': 'rca-fleet',
    ...headers,
    ...(authorization && { authorization }),
    ...(tenant && { 'x-scope-orgid': tenant }),
  };
}

function formOf(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) form.append(name, String(one));
    }
  }
  return form;
}

/** Redirects are followed on the same origin only: anywhere else they would carry the credentials along. */
function redirected(path: string, from: URL, location: string, hop: number): URL {
  const to = URL.parse(location, from);
  if (to?.origin === from.origin && hop < MAX_REDIRECTS) return to;
  const where = to && to.origin !== from.origin ? `to ${to.origin}` : 'in a circle';
  throw protocolFailure(
    path,
    `it redirects ${where}, which is not followed: set PROMETHEUS_URL to where the API answers`,
  );
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw badQuestion(
        `the answer of Prometheus is longer than ${MAX_ANSWER_BYTES / 1024 / 1024} MB: ask for a shorter range, a larger step, or fewer series`,
      );
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer<T>(path: string, status: number, text: string, schema: z.ZodType<T>): PrometheusAnswer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw protocolFailure(path, 'the answer is not JSON, is PROMETHEUS_URL right?', error);
  }
  if ((json as { status?: unknown } | null)?.status === 'error') throw refusalFailure(path, status, text, null);
  const outer = envelope.safeParse(json);
  const inner = outer.success ? schema.safeParse(outer.data.data) : outer;
  if (!outer.success || !inner.success) {
    const fault = (inner.error ?? outer.error) as z.ZodError;
    throw protocolFailure(path, `unexpected answer: ${z.prettifyError(fault)}`, fault);
  }
  return { data: inner.data as T, warnings: outer.data.warnings ?? [], infos: outer.data.infos ?? [] };
}
