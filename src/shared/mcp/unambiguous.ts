import { DependencyError } from '../errors.ts';

/** The same error for a request that certainly had no effect outside: a read, or a step before the call was sent. */
export function unambiguous(error: DependencyError): DependencyError {
  if (!error.ambiguous) return error;
  const { dependency, failure, message, cause, retryAfterMs, detail } = error;
  const options = { cause, retryAfterMs: retryAfterMs ?? undefined, detail: detail ?? undefined };
  return new DependencyError(dependency, failure, message, options);
}
