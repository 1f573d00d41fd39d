/**
 * Settles as `work` does, unless `signal` aborts first and `applies` says so: then it rejects at once with what `reject`
 * makes of it. `work` goes on by itself; its later rejection is swallowed.
 */
export function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  reject: () => unknown,
  applies: () => boolean = () => true,
): Promise<T> {
  return new Promise<T>((resolve, fail) => {
    const onAbort = () => {
      if (applies()) fail(reject());
    };
    const settled = () => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, fail).then(settled);
  });
}
