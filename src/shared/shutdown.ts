import { withDeadline } from './deadline.ts';
import { describeError } from './errors.ts';
import type { Logger } from './logger.ts';

type Closer = { what: string; close: () => Promise<unknown> };

/** Whoever acquires something pushes its release here; `close` runs them in reverse, each within what is left of the time. */
export type Shutdown = {
  push(what: string, close: () => Promise<unknown>): void;
  /** Closes everything once; later calls wait for the first one. Never throws. */
  close(timeoutMs: number): Promise<void>;
};

/** Makes an empty shutdown list. */
export function createShutdown(logger: Logger): Shutdown {
  const closers: Closer[] = [];
  let closing: Promise<void> | null = null;

  const closeAll = async (timeoutMs: number) => {
    const end = performance.now() + timeoutMs;
    for (const { what, close } of closers.reverse()) {
      await withDeadline(`closing ${what}`, Math.max(500, end - performance.now()), close).catch((error) =>
        logger.warn('something did not close in time', { what, error: describeError(error) }),
      );
    }
  };
  return {
    push: (what, close) => void closers.push({ what, close }),
    close: (timeoutMs) => {
      closing ??= closeAll(timeoutMs);
      return closing;
    },
  };
}

const SAME_PRESS_MS = 500;

/**
 * Entry files only: SIGTERM and SIGINT close within the time and end the process with code 0; a second signal ends it at
 * once with code 1. What nobody caught is logged and ends the process with code 1 after closing.
 */
export function closeOnSignals(shutdown: Shutdown, logger: Logger, timeoutMs: number): void {
  let askedAt: number | null = null;
  const stop = (why: string, code: number) => {
    if (askedAt !== null) {
      // One press of Ctrl-C can arrive several times, from the terminal and from whoever started us.
      if (performance.now() - askedAt > SAME_PRESS_MS) process.exit(1);
      return;
    }
    askedAt = performance.now();
    logger.info('stopping', { why });
    void shutdown.close(timeoutMs).then(() => process.exit(code));
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('uncaughtException', (error) => {
    logger.error('an exception that nobody caught', { error: describeError(error), stack: error.stack });
    stop('uncaught exception', 1);
  });
  process.on('unhandledRejection', (reason) => {
    logger.error('a rejection that nobody caught', { error: describeError(reason), stack: (reason as Error)?.stack });
    stop('unhandled rejection', 1);
  });
}
