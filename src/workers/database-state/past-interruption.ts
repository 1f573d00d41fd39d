import { isSaidToBeOver } from '../detectors/support/said-over.ts';
import { isCalm } from './calm-series.ts';
import type { DatabaseState } from './database-state.ts';
import { metricOf, profileSeries, type SeriesProfile } from './profile-series.ts';
import { currentEvents, isFelt } from './stories/story-parts.ts';
import { VITAL } from './vital-metrics.ts';

/** Somebody who asks whether all is well again, or says that it is; lower case. */
const ASKS_AFTER =
  /\b(?:fine|ok|okay|well|healthy|over|done|left|again|still|needed|need|necessary|anything|normal|stable|back)\b[^.?!\n]{0,60}\?/;
const ASKS_WHY = /\b(?:why|what (?:caused|happened)|root cause|reason|find out)\b/;

/** An alert (lower case) that knows of the window or the order in which somebody did it. */
const PLANNED =
  /\b(?:change|maintenance|patch\w*|service|upgrade) (?:window|request|ticket|order)\b|\b(?:change|ticket|rfc|crq?|chg)[- #:]{0,2}\d{3,}\b|\b(?:planned|scheduled|announced|agreed|rehears\w+|drill|game ?day|switch-?over)\b/;
/** What an audit trail calls it, and how an event tells that it was asked for. */
const ORDERED = /^(?:Failover|Switchover|Reboot|Promote|Modify|Apply|Restart)[A-Z]\w+$/;
const ASKED_FOR = /\b(?:user|customer|manual(?:ly)?)[- ](?:requested|initiated|triggered)|requested (?:by|a failover)/i;
/** An order is carried out within this time, ms. */
const CARRIED_OUT_MS = 30 * 60_000;

const BEGUN =
  /failover (?:started|initiated)|started .{0,30}failover|applying|restarting|rebooting|in progress|upgrade (?:in progress|started)/i;
const ENDED = /failover completed|completed .{0,30}failover|finished|completed|restarted|is available|upgraded/i;
/** What is left of the connections of before where clients have come back. */
const BACK = 0.7;

/**
 * True where an interruption of a server (a failover, a restart, maintenance) has come to its end, its vital metrics are back where they
 * were, and the alert (lower case) asks whether all is well or says so. An alert about the outage itself wants to know its cause.
 */
export function isOver(state: DatabaseState, alert: string): boolean {
  if (!hasEnded(state, alert)) return false;
  // Whoever moves a server on purpose moves its clients with it: its own metrics need not come back.
  if (isMovedOnPurpose(state, alert)) return true;
  const connections = metricOf(state, 'DatabaseConnections', 'CurrConnections');
  if (connections && connections.after < BACK * connections.before) return false;
  const vital = vitalOf(state);
  return vital.length >= ENOUGH && vital.every(isCalm);
}

/** Fewer vital metrics than this show nothing of how a server is. */
const ENOUGH = 3;

const vitalOf = ({ series }: DatabaseState): SeriesProfile[] =>
  series.filter(({ metric }) => VITAL.some((name) => name === metric)).flatMap((one) => profileSeries(one) ?? []);

/**
 * True where an interruption is over by the events and the alert, and nothing was measured that could tell otherwise; or it was announced and
 * the clients of all servers are as many as before, and only who ordered it is not known.
 */
export const isOverUnmeasured = (state: DatabaseState, alert: string): boolean =>
  vitalOf(state).length < ENOUGH
    ? hasEnded(state, alert) || (wasAnnounced(alert) && endsWell(state))
    : PLANNED.test(alert) && hasEnded(state, alert) && clientsMoved(state);

/** True for an alert that tells of planned work and of no harm: whether all is well is what nobody knows. */
const wasAnnounced = (alert: string): boolean => PLANNED.test(alert) && !isFelt(alert) && !ASKS_WHY.test(alert);

/** True where the alert asks whether all is well, or says so, and the last event tells of an end. */
const hasEnded = (state: DatabaseState, alert: string): boolean =>
  (ASKS_AFTER.test(alert) || isSaidToBeOver(alert)) && !ASKS_WHY.test(alert) && endsWell(state);

function endsWell(state: DatabaseState): boolean {
  if (state.status && state.status.status !== 'available') return false;
  const events = currentEvents(state);
  const last = (what: RegExp) =>
    Math.max(0, ...events.filter(({ message }) => what.test(message)).map(({ at }) => Date.parse(at ?? '') || 0));
  return events.some(({ message }) => ENDED.test(message)) && last(BEGUN) <= last(ENDED);
}

/**
 * True where somebody moved a server to another one on purpose and announced it, it has come to its end, and the clients of all
 * servers together are as many as before.
 */
export function isMovedOnPurpose(state: DatabaseState, alert: string): boolean {
  return PLANNED.test(alert) && hasEnded(state, alert) && wasOrdered(state) && allClients(state).kept;
}

/** How many servers' clients were counted, and whether all of them together are about as many as before. */
function allClients({ series }: DatabaseState): { servers: number; kept: boolean } {
  const clients = series.filter(({ metric }) => CLIENTS.test(metric)).flatMap((one) => profileSeries(one) ?? []);
  const [before, after] = [clients.map((one) => one.before), clients.map((one) => one.after)].map((values) =>
    values.reduce((sum, value) => sum + value, 0),
  );
  return { servers: clients.length, kept: clients.length > 0 && isBetween((after ?? 0) / (before ?? 0)) };
}

const isBetween = (share: number): boolean => share >= BACK && share <= 1 / BACK;

/** True where clients only went from one server to another. */
export function clientsMoved(state: DatabaseState): boolean {
  const { servers, kept } = allClients(state);
  return servers > 1 && kept;
}

const CLIENTS = /^(?:DatabaseConnections|CurrConnections)$/;

/** True where an audit trail or the events themselves say that somebody asked for it just then. */
function wasOrdered(state: DatabaseState): boolean {
  const events = currentEvents(state).filter(({ message }) => BEGUN.test(message) || ENDED.test(message));
  const times = events.map(({ at }) => Date.parse(at ?? '')).filter(Number.isFinite);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const orders = state.changes.filter(({ name }) => ORDERED.test(name)).map(({ at }) => Date.parse(at ?? ''));
  return (
    events.some(({ message }) => ASKED_FOR.test(message)) ||
    orders.some((at) => at <= last && at >= first - CARRIED_OUT_MS)
  );
}
