import { DependencyError, describeError, type FailureClass } from '../../../errors.ts';
import { TOO_LARGE } from '../../../http/limit-body.ts';

/** `detail` where the cluster no longer keeps the state of a `continue` token or a resource version (HTTP 410). */
export const EXPIRED = 'Expired';
/** `detail` of an answer beyond the bound on its size. */
export const TOO_LARGE_ANSWER = 'answer_too_large';

/** What a refusal of the API says: its HTTP code, its body (a Status object as text, or parsed) and headers. */
export type Refused = { code: number; body: unknown; headers: Record<string, string> };

function failureOf(code: number): FailureClass {
  if (code === 401 || code === 403) return 'auth';
  if (code === 404) return 'not_found';
  if (code === 429) return 'rate_limit';
  if (code === 504) return 'timeout';
  return code >= 500 ? 'overload' : 'bad_request';
}

/** What to do about a refusal, where the API's own words do not say it. */
const REMEDIES: Readonly<Record<number, string>> = {
  401: 'check the credentials of KUBECONFIG, or of the service account',
  403: 'let its role get and list this (deploy/kubernetes/base/evidence-reader.yaml is one)',
  429: 'the API server limits this user: ask again later, or for one namespace',
};

function readStatus(body: unknown): { message?: string; reason?: string } {
  try {
    return (typeof body === 'string' ? JSON.parse(body) : body) ?? {};
  } catch {
    return {};
  }
}

/** An answer of the API other than 2xx, in the words of its Status object. */
export function refusedFailure(what: string, { code, body, headers }: Refused, cause: unknown): DependencyError {
  const { message = '', reason } = readStatus(body);
  // A container that never ended has no previous log; the API calls that a bad request.
  const failure = message.startsWith('previous terminated container') ? 'not_found' : failureOf(code);
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const remedy = REMEDIES[code] ? `: ${REMEDIES[code]}` : '';
  return new DependencyError(
    'kubernetes',
    failure,
    `Kubernetes ${what}: HTTP ${code}${message ? ` ${message}` : ''}${remedy}`,
    {
      cause,
      // Older servers give the reason as Gone.
      detail: code === 410 ? EXPIRED : reason,
      retryAfterMs: failure === 'rate_limit' && Number.isFinite(seconds) ? seconds * 1000 : undefined,
    },
  );
}

/** No answer, or one that is not of the API; `signal` is the caller's. */
export function callFailure(what: string, thrown: unknown, signal: AbortSignal): DependencyError {
  const name = (signal.aborted ? signal.reason : thrown)?.name;
  const options = { cause: thrown };
  if (name === 'TimeoutError') {
    return new DependencyError('kubernetes', 'timeout', `Kubernetes ${what}: no answer in time`, options);
  }
  if (signal.aborted) return new DependencyError('kubernetes', 'aborted', `Kubernetes ${what}: given up`, options);
  if ((thrown as { code?: string }).code === TOO_LARGE) {
    const message = `Kubernetes ${what}: ${describeError(thrown)}: ask for less, for example one namespace or fewer kinds`;
    return new DependencyError('kubernetes', 'bad_request', message, { cause: thrown, detail: TOO_LARGE_ANSWER });
  }
  if (thrown instanceof TypeError && thrown.message.includes('fetch failed')) {
    return new DependencyError('kubernetes', 'connection', `Kubernetes ${what}: ${describeError(thrown)}`, options);
  }
  return unexpectedAnswer(what, thrown);
}

/** An answer that is not of the API. */
export function unexpectedAnswer(what: string, thrown: unknown): DependencyError {
  const message = `Kubernetes ${what}: unexpected answer: ${describeError(thrown)}`;
  return new DependencyError('kubernetes', 'protocol', message, { cause: thrown });
}

/** The credentials cannot be read. */
export function configFailure(thrown: unknown): DependencyError {
  const message = `the kubeconfig cannot be used: ${describeError(thrown)}: set KUBECONFIG to a file that kubectl can use`;
  return new DependencyError('kubernetes', 'not_configured', message, { cause: thrown });
}
