import type { Fault, Requests } from './synthetic-requests.ts';

/** What a synthetic case shows beside its metrics, which every case has. */
export type Shown = { traces: boolean; logs: boolean; baseline: boolean; topology: boolean };

/** What happened fewer times than this can't be told from chance: a habit of always, broken four times, has odds of one in twenty at best. */
const LEAST_TOUCHED = 5;

/**
 * Whether somebody with all the time in the world could find the fault in what the case shows; decided from what was played, never
 * from what localisation says of it. Use of resources and an end of the series always show. Other faults must have changed at least
 * `LEAST_TOUCHED` runs. An exception is written as an error line or breaks off a habit; an early return only breaks off a habit, which
 * takes spans or lines of the operation from before. Slow ways show in spans, or in the latency of the callers.
 */
export function isFindable({ kind, operation }: Fault, { touched }: Requests, shown: Shown): boolean {
  if (kind === 'cpu' || kind === 'memory' || kind === 'down') return true;
  if (touched < LEAST_TOUCHED) return false;
  if (kind === 'delay' || kind === 'loss' || kind === 'slow') return true;
  const habit = shown.baseline && (shown.traces || (shown.logs && operation.logs));
  return habit || (kind === 'exception' && shown.logs);
}
