import { DependencyError } from '../../../errors.ts';

/** Runs what it is given, so many at once; the others wait in their order. */
export type Turns = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>;

/** A limit of how many run at once; waiting ends with the signal, by DependencyError `aborted` or `timeout`. */
export function takeTurns(most: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (signal, run) => {
    if (running < most) running += 1;
    else await turn(waiting, signal);
    try {
      return await run();
    } finally {
      // Whoever waits takes the place over, so that nobody can come between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      const place = waiting.indexOf(go);
      if (place !== -1) waiting.splice(place, 1);
      const late = (signal.reason as Error | undefined)?.name === 'TimeoutError';
      const message = 'the connections of the database target stayed in use by earlier questions';
      reject(new DependencyError('database', late ? 'timeout' : 'aborted', message));
    };
    if (signal.aborted) return giveUp();
    waiting.push(go);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
