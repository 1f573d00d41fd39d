import { isCalm } from './calm-series.ts';
import type { DatabaseState } from './database-state.ts';
import { metricOf, profileSeries } from './profile-series.ts';
import { currentEvents } from './stories/story-parts.ts';
import { VITAL } from './vital-metrics.ts';

/** Somebody who asks whether all is well again, or says that it is; lower case. */
const ASKS_AFTER =
  /\b(?:fine|ok|okay|well|healthy|over|done|left|again|still|needed|need|necessary|anything|normal|stable|back)\b[^.?!\n]{0,60}\?/;
const SAID_OVER =
  /\b(?:state|status)\b[^.\n]{0,20}\b(?:now )?ok\b|\bresolved\b|\bback to normal\b|\b(?:has|have) recovered\b|\bfor information\b|\bfyi\b/;
const ASKS_WHY = /\b(?:why|what (?:caused|happened)|root cause|reason|find out)\b/;

const BEGUN =
  /failover (?:started|initiated)|applying|restarting|rebooting|in progress|upgrade (?:in progress|started)/i;
const ENDED = /failover completed|finished|completed|restarted|is available|upgraded/i;
/** What is left of the connections of before where clients have come back. */
const BACK = 0.7;

/**
 * True where an interruption of a server (a failover, a restart, maintenance) has come to its end, its vital metrics are back where they
 * were, and the alert (lower case) asks whether all is well or says so. An alert about the outage itself wants to know its cause.
 */
export function isOver(state: DatabaseState, alert: string): boolean {
  if (!(ASKS_AFTER.test(alert) || SAID_OVER.test(alert)) || ASKS_WHY.test(alert)) return false;
  if (state.status && state.status.status !== 'available') return false;
  const events = currentEvents(state);
  const [begun, ended] = [
    events.filter(({ message }) => BEGUN.test(message)),
    events.filter(({ message }) => ENDED.test(message)),
  ];
  const last = (some: typeof events) => Math.max(0, ...some.map(({ at }) => Date.parse(at ?? '') || 0));
  if (ended.length === 0 || last(begun) > last(ended)) return false;
  const connections = metricOf(state, 'DatabaseConnections', 'CurrConnections');
  if (connections && connections.after < BACK * connections.before) return false;
  const vital = state.series
    .filter(({ metric }) => VITAL.some((name) => name === metric))
    .flatMap((series) => profileSeries(series) ?? []);
  return vital.length >= 3 && vital.every(isCalm);
}
