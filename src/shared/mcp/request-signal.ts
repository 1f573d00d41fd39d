import type { WaitOptions } from './mcp-connection.ts';

export type RequestSignal = {
  signal: AbortSignal;
  /** What ended the wait, null while nothing has. */
  endedBy(): 'caller' | 'deadline' | 'break' | null;
  /** Ends the wait because the answer cannot come any more. */
  break(error?: unknown): void;
  /** What broke the answer, where that is known. */
  brokenBy(): unknown;
  /** To be called when the request is settled: from then on nothing aborts the signal. */
  release(): void;
};

/**
 * One signal out of the caller's, the deadline and a broken answer. AbortSignal.any would not do: it fires for settled
 * requests as well, and the SDK then cancels at the server what was answered long ago.
 */
export function requestSignal({ signal, deadlineMs }: WaitOptions): RequestSignal {
  const controller = new AbortController();
  let endedBy: ReturnType<RequestSignal['endedBy']> = null;
  let brokenBy: unknown;
  const end = (by: typeof endedBy) => {
    endedBy ??= by;
    controller.abort();
  };
  const onAbort = () => end('caller');
  const timer = setTimeout(() => end('deadline'), deadlineMs);
  signal.addEventListener('abort', onAbort, { once: true });
  // An event that has been is not heard any more.
  if (signal.aborted) onAbort();
  return {
    signal: controller.signal,
    endedBy: () => endedBy,
    break: (error) => {
      brokenBy ??= error;
      end('break');
    },
    brokenBy: () => brokenBy,
    release: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
