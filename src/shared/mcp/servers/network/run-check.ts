import { DependencyError, toError } from '../../../errors.ts';
import type { CheckError } from '../../capabilities.ts';

export type CheckOutcome<T> = { value: T; error: null } | { value: null; error: CheckError };

/**
 * Runs one check under the caller's signal and a deadline of its own. What goes wrong on the wire is an outcome; a refusal,
 * or the caller's abort, is thrown.
 */
export async function runCheck<T>(
  options: { signal: AbortSignal; timeoutMs: number },
  check: (signal: AbortSignal) => Promise<T>,
): Promise<CheckOutcome<T> & { durationMs: number }> {
  const started = performance.now();
  const outcome = await settle(options, check);
  return { ...outcome, durationMs: Math.round(performance.now() - started) };
}

async function settle<T>(
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
  check: (signal: AbortSignal) => Promise<T>,
): Promise<CheckOutcome<T>> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return { value: await check(AbortSignal.any([signal, deadline])), error: null };
  } catch (thrown) {
    if (thrown instanceof DependencyError) throw thrown;
    if (signal.aborted) throw new DependencyError('network', 'aborted', 'the check was given up', { cause: thrown });
    if (deadline.aborted) return failed('ETIMEDOUT', `no answer within ${timeoutMs} ms`);
    return failed(codeOf(thrown), toError(thrown).message);
  }
}

function failed(code: string, message: string): { value: null; error: CheckError } {
  return { value: null, error: { code, message } };
}

function codeOf(thrown: unknown): string {
  const { code, name } = toError(thrown) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : name;
}
