import { pause } from '../shared/deadline.ts';

/** Lets what comes in one burst be picked up before the work on it takes the processor. */
export type PickUps = {
  /** Told by each investigation when it has been picked up; resolves when it may go on. Never throws. */
  settle(signal: AbortSignal): Promise<void>;
};

/** A burst is over when none has been picked up for so long, ms; a little more than it takes to fetch the next job. */
const QUIET_MS = 20;
/** Nobody waits longer for the others, ms. */
const MOST_MS = 300;

/**
 * Keeps the pick-ups of a process together. A worker fetches one job after the other, and each investigation that goes on at once
 * makes the next fetch wait for its turn of the event loop, the very first one of a process for a second of a busy processor: the
 * last of twenty critical incidents would begin seconds after the first.
 */
export function createPickUps({ quietMs = QUIET_MS, mostMs = MOST_MS } = {}): PickUps {
  let last = Number.NEGATIVE_INFINITY;
  return {
    async settle(signal) {
      const from = performance.now();
      last = from;
      const goesOn = () => performance.now() - last < quietMs && performance.now() - from < mostMs;
      while (goesOn() && !signal.aborted) await pause(quietMs, signal);
    },
  };
}
