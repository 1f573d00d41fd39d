import { abortable } from './abortable.ts';
import type { WaitOptions } from './mcp-connection.ts';
import { requestSignal } from './request-signal.ts';

/** Waits for work that goes on without us for as long as the wait allows; `ended` makes the error for who or what ended the wait. */
export async function within<T>(
  work: Promise<T>,
  wait: WaitOptions,
  ended: (by: 'caller' | 'deadline') => unknown,
  applies?: () => boolean,
): Promise<T> {
  const ending = requestSignal(wait);
  try {
    return await abortable(
      work,
      ending.signal,
      () => ended(ending.endedBy() === 'caller' ? 'caller' : 'deadline'),
      applies,
    );
  } finally {
    ending.release();
  }
}
