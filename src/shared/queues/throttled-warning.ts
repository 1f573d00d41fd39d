import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** A backend that is down repeats itself hundreds of times a second: one line in five seconds tells as much. */
export function throttledWarning(logger: Logger, queue: string): (thrown: unknown) => void {
  let quietUntil = 0;
  return (thrown) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 5_000;
    logger.warn('the queue backend reports an error', { queue, error: toError(thrown).message });
  };
}
