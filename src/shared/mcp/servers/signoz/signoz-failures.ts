import { z } from 'zod';
import { DependencyError, describeError, type FailureClass } from '../../../errors.ts';
import { TOO_LARGE } from '../../../http/limit-body.ts';

const errorEnvelope = z.object({
  error: z.object({
    code: z.string().optional(),
    message: z.string(),
    errors: z.array(z.object({ message: z.string() })).nullish(),
    retry: z.object({ delay: z.number() }).nullish(),
  }),
});
type Told = z.infer<typeof errorEnvelope>['error'];

function failureOf(status: number): FailureClass {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limit';
  return status >= 500 ? 'overload' : 'bad_request';
}

/** SigNoz's own word where it gave one; proxies in front of it answer in HTML. */
function readError(body: string): Told | null {
  try {
    return errorEnvelope.parse(JSON.parse(body)).error;
  } catch {
    return null;
  }
}

function retryAfterMs(told: Told | null, header: string | null): number | undefined {
  if (told?.retry) return told.retry.delay / 1e6;
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** An HTTP status other than 2xx; the message carries SigNoz's complaints. */
export function statusFailure(path: string, status: number, body: string, retryAfter: string | null): DependencyError {
  const told = readError(body);
  const failure = failureOf(status);
  const said = told ? [told.message, ...(told.errors ?? []).map(({ message }) => message)].join('; ') : '';
  const hint = failure === 'auth' ? ': check SIGNOZ_API_KEY and its role' : '';
  const message = `SigNoz ${path}: HTTP ${status}${said ? ` ${said}` : ''}${hint}`;
  return new DependencyError('signoz', failure, message, {
    detail: told?.code,
    retryAfterMs: failure === 'rate_limit' ? retryAfterMs(told, retryAfter) : undefined,
  });
}

/** No answer at all: refused, cut, too late, too large or given up; `signal` is the caller's. */
export function requestFailure(path: string, thrown: unknown, signal: AbortSignal): DependencyError {
  const name = (signal.aborted ? signal.reason : thrown)?.name;
  if (name === 'TimeoutError') {
    return new DependencyError('signoz', 'timeout', `SigNoz ${path}: no answer in time`, { cause: thrown });
  }
  if (signal.aborted) return new DependencyError('signoz', 'aborted', `SigNoz ${path}: given up`, { cause: thrown });
  // The same question would bring the same flood again.
  const failure = (thrown as { code?: string }).code === TOO_LARGE ? 'protocol' : 'connection';
  return new DependencyError('signoz', failure, `SigNoz ${path}: ${describeError(thrown)}`, { cause: thrown });
}

/** An answer that is not what the API promises. */
export function protocolFailure(path: string, what: string, cause?: unknown): DependencyError {
  return new DependencyError('signoz', 'protocol', `SigNoz ${path}: ${what}`, { cause });
}
