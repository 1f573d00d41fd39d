import type { DatabaseState } from '../database-state.ts';
import { isSettled, metricOf } from '../profile-series.ts';
import { settingOf } from './story-parts.ts';

/** Below this share of the limit nobody waits for a connection. */
export const ROOM = 0.6;

/** The limits of connections that the texts tell. */
export const limitsIn = (texts: string[]): number[] =>
  texts.flatMap((one) =>
    [
      ...one.matchAll(
        /(?:max(?:imum|_connections)?|limit|ceiling)(?:(?!current|\bnow\b|\bused\b|\bopen\b)\D){0,25}(\d{2,5})\b(?! ?(?:%|percent))/gi,
      ),
    ].map(([, limit]) => Number(limit)),
  );

const NAMED =
  /(?:\bmax_connections\D{0,25}|\b(?:limit|maximum) (?:of|for) (?:the |this |its )?(?:server|instance|cluster|database|(?:instance |db )?class|writer|primary)\D{0,30}?|\blets in (?:at most |up to )?)(\d{2,6})\b(?! ?(?:%|percent))/gi;
/** `611 of 3000 connections`: where the first number is what was measured, the second one is the limit. */
const SHARE = /\b(\d{2,6}) (?:out )?of (?:the |its |at most |max(?:imum)? )?(\d{2,6})\b(?! ?(?:%|percent))/gi;
/** A number in an alert is the measured one within this share of it. */
const MEASURED = 0.1;
/** What a cloud says of a limit that somebody set (`Updated parameter max_connections from 859 to 3000 with apply method immediate`). */
const SET = /\b(?:updated|changed|modified|set)\b[^.\n]{0,40}\bmax_connections\b[^.\n]{0,40}?\bto '?(\d{2,6})\b/i;

/** How many clients the server lets in at once, by its own answer, by its cloud or by the alert; the least of several, null where nobody tells. */
export function limitOfClients(state: DatabaseState, alert: string): number | null {
  const setting = settingOf(state, 'max_connections');
  const clients = metricOf(state, ...CLIENTS);
  const told = [
    ...[...alert.matchAll(NAMED)].map(([, limit]) => Number(limit)),
    ...[...alert.matchAll(SHARE)].flatMap(([, used, limit]) =>
      clients !== null && Math.abs(Number(used) - clients.last) <= MEASURED * clients.last ? [Number(limit)] : [],
    ),
  ];
  const set = limitAsSet(state);
  const known = [...(setting ? [Number(setting.value)] : []), ...(set ? [set] : []), ...told].filter(
    (limit) => limit > 0,
  );
  return known.length > 0 ? Math.min(...known) : null;
}

const CLIENTS = ['DatabaseConnections', 'CurrConnections'];

/** True where the clients have settled far below the known limit. */
export function hasRoomForClients(state: DatabaseState, alert: string): boolean {
  const clients = metricOf(state, ...CLIENTS);
  const limit = limitOfClients(state, alert);
  return clients !== null && limit !== null && clients.max < ROOM * limit && isSettled(clients);
}

/** True for the news that somebody set the limit: as such it tells of no client that was refused. */
export const setsLimit = (message: string): boolean => SET.test(message);

/** The limit that was set last, as far as events tell. */
function limitAsSet({ events }: DatabaseState): number | null {
  const set = events.filter(({ message }) => setsLimit(message));
  const last = set.toSorted((left, right) => (left.at ?? '').localeCompare(right.at ?? '')).at(-1);
  return last ? Number(SET.exec(last.message)?.[1]) : null;
}
