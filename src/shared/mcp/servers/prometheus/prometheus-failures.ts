import { z } from 'zod';
import { DependencyError, describeError, type FailureClass } from '../../../errors.ts';

const DEPENDENCY = 'prometheus';

const errorEnvelope = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** The API's own words for what went wrong (`errorType`), and those of Thanos, Mimir and VictoriaMetrics beside them. */
const CLASSES: Readonly<Record<string, FailureClass>> = {
  bad_data: 'bad_request',
  execution: 'bad_request',
  not_acceptable: 'bad_request',
  timeout: 'timeout',
  canceled: 'overload',
  unavailable: 'overload',
  internal: 'overload',
  not_found: 'not_found',
  unauthorized: 'auth',
  too_many_requests: 'rate_limit',
};

function failureOf(status: number): FailureClass {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limit';
  if (status === 504) return 'timeout';
  return status >= 500 ? 'overload' : 'bad_request';
}

/** What a caller can do about a refusal, as the end of its sentence. */
function hintFor(failure: FailureClass, said: string): string {
  if (failure === 'auth') return ': check PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD';
  if (/no org id|X-Scope-OrgID/i.test(said)) return ': set PROMETHEUS_TENANT';
  if (/too many samples|max.*(?:series|samples|chunks|bytes)|exceeded maximum resolution|limit/i.test(said)) {
    return ': ask for less: a shorter range, a larger step, or fewer series';
  }
  if (failure === 'timeout') return ': ask for a shorter range or fewer series';
  if (/parse error|invalid parameter "(?:query|match\[\])"/i.test(said)) return ': correct the PromQL expression';
  if (failure === 'not_found') return ', is PROMETHEUS_URL right?';
  return '';
}

function readError(body: string): { errorType: string; error: string } | null {
  try {
    return errorEnvelope.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

/** Proxies and multi-tenant servers refuse in plain text; a page of HTML says nothing. */
const plainWords = (body: string) => (/^\s*</.test(body) ? '' : body.replace(/\s+/g, ' ').trim().slice(0, 300));

/** A refusal: a status other than 2xx, or an envelope that says so; the message carries Prometheus' complaint. */
export function refusalFailure(path: string, status: number, body: string, retryAfter: string | null): DependencyError {
  const told = readError(body);
  const failure = (told && CLASSES[told.errorType]) ?? failureOf(status);
  const said = told?.error ?? plainWords(body);
  const seconds = Number(retryAfter ?? Number.NaN);
  const message = `Prometheus ${path}: HTTP ${status}${said ? ` ${said}` : ''}${hintFor(failure, said)}`;
  return new DependencyError(DEPENDENCY, failure, message, {
    detail: told?.errorType,
    retryAfterMs: failure === 'rate_limit' && Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}

/** No answer at all: refused, cut, too late or given up; `signal` is the caller's. */
export function requestFailure(path: string, thrown: unknown, signal: AbortSignal): DependencyError {
  if (thrown instanceof DependencyError) return thrown;
  const name = (signal.aborted ? signal.reason : thrown)?.name;
  const options = { cause: thrown };
  if (name === 'TimeoutError') {
    const message = `Prometheus ${path}: no answer in time: ask for a shorter range or fewer series`;
    return new DependencyError(DEPENDENCY, 'timeout', message, options);
  }
  if (signal.aborted) return new DependencyError(DEPENDENCY, 'aborted', `Prometheus ${path}: given up`, options);
  return new DependencyError(DEPENDENCY, 'connection', `Prometheus ${path}: ${describeError(thrown)}`, options);
}

/** An answer that is not what the API promises. */
export function protocolFailure(path: string, what: string, cause?: unknown): DependencyError {
  return new DependencyError(DEPENDENCY, 'protocol', `Prometheus ${path}: ${what}`, { cause });
}

/** A question that cannot be put. */
export function badQuestion(what: string): DependencyError {
  return new DependencyError(DEPENDENCY, 'bad_request', what);
}
