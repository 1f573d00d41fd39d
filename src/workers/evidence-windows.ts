import type { Alert } from '../shared/alert.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long before the first firing the evidence starts. */
const LEAD_MS = 30 * MINUTE_MS;
/** An alert that has fired for longer is looked at over this time only, so that a query stays affordable. */
const LONGEST_WINDOW_MS = 24 * HOUR_MS;
/** Rules wait some minutes before they fire: what is older than this shows how it was before the trouble. */
const SURELY_BEFORE_MS = 15 * MINUTE_MS;
const USUAL_MS = HOUR_MS;
/** A rule looks at a minute at least, so what happened in the minute before it fired is the trouble itself. */
const SURELY_DURING_MS = MINUTE_MS;
/** What a trouble does it does soon; later it may be over, or somebody works on it. */
const TROUBLE_MS = 30 * MINUTE_MS;
/** Rollouts of the last day may be to blame. */
const CHANGES_MS = 24 * HOUR_MS;

/**
 * The time ranges that evidence is asked for, ISO 8601: `from` to `to` is the alert's window, `usualFrom` to `usualTo` the hour
 * before the trouble, `troubleFrom` to `troubleTo` what is the trouble for sure, and `usualRecentFrom` to `usualTo` is as long as
 * that: the slowest of many are slower than the slowest of a few. `changesFrom` is where changes begin to be suspect.
 */
export function evidenceWindows(alerts: Alert[], now: Date): Record<string, string> {
  const end = now.getTime();
  const starts = alerts.map((alert) => Date.parse(alert.startsAt ?? '')).filter((ms) => ms <= end);
  const first = starts.length > 0 ? Math.min(...starts) : end;
  const usualTo = first - SURELY_BEFORE_MS;
  const troubleFrom = first - SURELY_DURING_MS;
  const troubleTo = Math.min(end, first + TROUBLE_MS);
  return {
    from: iso(Math.max(first - LEAD_MS, end - LONGEST_WINDOW_MS)),
    to: iso(end),
    usualFrom: iso(usualTo - USUAL_MS),
    usualRecentFrom: iso(usualTo - (troubleTo - troubleFrom)),
    usualTo: iso(usualTo),
    troubleFrom: iso(troubleFrom),
    troubleTo: iso(troubleTo),
    changesFrom: iso(first - CHANGES_MS),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
