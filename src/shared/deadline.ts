import { setTimeout as sleep } from 'node:timers/promises';
import { FleetError } from './errors.ts';

/**
 * Waits for `work` for at most `ms`; the signal given to it is aborted at the deadline or with `signal`. Throws FleetError
 * `deadline_exceeded` that names `what`. Work that ignores its signal is left behind, never waited for.
 */
export async function withDeadline<T>(
  what: string,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  // Work that throws at once leaves nobody to hear it.
  expired.catch(() => undefined);
  const stop = (error: unknown) => {
    controller.abort(error);
    reject(error);
  };
  const timer = setTimeout(
    () => stop(new FleetError('deadline_exceeded', `${what} took longer than ${ms} ms`, { retryable: true })),
    ms,
  );
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Waits `ms`, or until `signal` is aborted; never throws. Does not keep the process alive when `unref` is set. */
export async function pause(ms: number, signal?: AbortSignal, ref = true): Promise<void> {
  await sleep(ms, undefined, { signal, ref }).catch(() => undefined);
}
