import type { Config } from '../../src/shared/config.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { UsageError } from './command.ts';
import { describeFault } from './describe-fault.ts';

const ANSWER_MS = 15_000;

export type ProducerRequest = { headers?: Record<string, string>; body?: string; signal: AbortSignal };

/** The producer's HTTP side, for commands. Throws FleetError `dependency_failed` with the producer's own sentence. */
export type ProducerClient = {
  readonly url: string;
  get<T>(path: string, request: ProducerRequest): Promise<T>;
  post<T>(path: string, request: ProducerRequest): Promise<T>;
};

/** The producer at `url`, or on this machine at the configured port. Throws UsageError for something that is no URL. */
export function producerClient(url: string | undefined, { port }: Pick<Config, 'port'>): ProducerClient {
  const base = baseUrl(url ?? `http://localhost:${port}`);
  return {
    url: base,
    get: (path, request) => ask(base, 'GET', path, request),
    post: (path, request) => ask(base, 'POST', path, request),
  };
}

function baseUrl(url: string): string {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new UsageError(`--url ${url} is not an http(s) URL`);
  return url.replace(/\/+$/, '');
}

async function ask<T>(base: string, method: string, path: string, request: ProducerRequest): Promise<T> {
  const { response, body } = await send(base, method, path, request);
  if (!response.ok) throw refusal(base, response.status, body);
  try {
    return (body === '' ? null : JSON.parse(body)) as T;
  } catch {
    throw fault(`what answers at ${base} is not the producer: ${method} ${path} brought no JSON`);
  }
}

async function send(base: string, method: string, path: string, { headers, body, signal }: ProducerRequest) {
  const both = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    // A redirect would carry the token to wherever it points.
    const response = await fetch(`${base}${path}`, { method, headers, body, redirect: 'error', signal: both });
    return { response, body: await response.text() };
  } catch (error) {
    if (both.aborted && !signal.aborted) throw fault(`the producer at ${base} did not answer within ${ANSWER_MS} ms`);
    throw fault(`the producer at ${base} cannot be reached (${describeFault(error)}): is it running there?`);
  }
}

/** In the words of the producer's problem document. */
function refusal(base: string, status: number, body: string): FleetError {
  const hint = status === 401 ? ' (is the secret here the same as the one of the producer?)' : '';
  return fault(`the producer at ${base} answered ${status}: ${detailOf(body)}${hint}`);
}

function detailOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // Not a problem document: something stands between us and the producer.
  }
  return body.slice(0, 200).replace(/\s+/g, ' ').trim() || 'without a word';
}

function fault(message: string): FleetError {
  return new FleetError('dependency_failed', message);
}
