import { type LockChain, lockChain } from '../../kubernetes-state/logs/lock-chain.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import { seenIn } from '../complaints.ts';
import type { DatabaseState, LoadedStatement, LoadProfile } from '../database-state.ts';
import { clientsMoved } from '../past-interruption.ts';
import { type Cells, cell, type PrintedState, type Shown, sessionGroups } from '../printed/printed-state.ts';
import { changeText, metricOf, type SeriesProfile } from '../profile-series.ts';
import { shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { isOfThreshold } from '../thresholds.ts';
import { hasRoomForClients, limitsIn, ROOM, setsLimit } from './client-limit.ts';
import {
  cited,
  currentEvents,
  eventText,
  isFelt,
  LOCK_WAITS,
  noActions,
  numbers,
  rose,
  shareOf,
  waitNames,
} from './story-parts.ts';

const LOCK_METRICS = ['Deadlocks', 'RowLockTime', 'RowLockWaits', 'BlockedTransactions', 'LockTimeouts'];

/** Sessions that block each other. */
export const locks: StoryTeller = (state, { server, text }) => {
  const share = shareOf(state.profile, LOCK_WAITS);
  const counted = LOCK_METRICS.map((metric) => metricOf(state, metric)).filter(
    (one): one is SeriesProfile => one !== null && one.after >= 1 && one.ratio >= 3 && !one.recovered,
  );
  const events = currentEvents(state).filter(({ message }) =>
    /deadlock|lock (?:wait|timeout|contention)|blocked|blocking|idle in transaction/i.test(message),
  );
  const idle = state.profile?.statements.find(({ statement }) => /idle in transaction/i.test(statement)) ?? null;
  const chain = lockChain(state.rows.map(({ row }) => row));
  if (!chain && share < 0.3 && events.length === 0 && counted.length === 0 && !(idle && share > 0.1)) return null;
  const waiting = state.profile?.statements.filter(({ waits }) => LOCK_WAITS.test(waits[0]?.name ?? '')) ?? [];
  const holder =
    idle ?? state.profile?.statements.find(({ waits }) => !waits.some(({ name }) => LOCK_WAITS.test(name))) ?? null;
  return {
    kind: 'locks',
    score: Math.min(
      chain ? 0.94 : 0.92,
      0.6 +
        0.5 * share +
        (chain ? 0.25 : 0) +
        (events.length > 0 ? 0.15 : 0) +
        (counted.length > 0 ? 0.1 : 0) +
        (/\block|deadlock|block/.test(text) ? 0.05 : 0),
    ),
    text: `Lock contention on the database server ${server}${counted.length > 0 ? ` (${counted.map(changeText).join(', ')})` : ''}: sessions block each other (waits on ${waitNames(state.profile?.waits.filter(({ name }) => LOCK_WAITS.test(name)) ?? [], 2) || 'locks'})${chain ? chainText(chain) : blockedText(waiting[0], holder)}${events[0] ? `. Events: ${eventText(events, 2, 150)}` : ''}`,
    brief: 'sessions wait for locks',
    evidence: [
      ...(chain
        ? state.rows
            .filter(
              ({ row }) => row.blocked_by !== undefined || row.blocking_pid !== undefined || row.state !== undefined,
            )
            .map(({ evidence }) => evidence)
        : []),
      ...cited(events),
      ...numbers(...counted),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};

/** Who holds the lock that all wait for, and who queues behind it, by the server's own answer. */
const chainText = ({ root, next }: LockChain): string =>
  `; at the root, holding the lock, is ${quote(root, 220)}${next ? `, and behind it waits ${quote(next, 130)}` : ''}`;

const blockedText = (waiting: LoadedStatement | undefined, holder: LoadedStatement | null): string =>
  `${waiting ? `; blocked is ${quote(shownStatement(waiting.statement), 130)}` : ''}${holder ? `; the lock may be held by ${quote(shownStatement(holder.statement), 110)}` : ''}`;

const CONNECTION_WORDS =
  /connection(?:s|\s+count)?\b[^.]{0,60}(?:exhaust|limit|refus|reject|reached|exceed|maximum|satur)|too many (?:clients|connections)|remaining connection slots|max_connections|connection slots|connection pool|connection leak/i;

/** So many times the usual clients are trouble by themselves. */
const MANY_TIMES = 2.5;
const HIGH = /\bhigh\b/;

/** Connections that are used up, or pile up. */
export const connections: StoryTeller = (state, { server, text }) => {
  const series = metricOf(state, 'DatabaseConnections', 'CurrConnections');
  const told = currentEvents(state).filter(({ message }) => CONNECTION_WORDS.test(message) && !setsLimit(message));
  // A threshold below the limit that steady clients have passed exhausts nothing.
  const events = told.filter(({ message }) => !isOfThreshold(message) || rose(series, 1.5));
  const spoken = CONNECTION_WORDS.test(text) && !hasRoom(series, text);
  const holders = idleHolders(state.printed);
  const idle = holders !== null || holdsIdle(state.profile);
  const full = series !== null && nearLimit(series.after, [text, ...told.map(({ message }) => message)]);
  const up = (rose(series, 1.5) && !series.recovered) || full;
  if (!up && events.length === 0 && !(spoken && idle)) return null;
  const many = series !== null && series.ratio >= MANY_TIMES;
  const what =
    events.length > 0 || spoken || full
      ? 'are exhausted (connection exhaustion: max_connections is reached)'
      : 'pile up (connection pressure)';
  const held = holders
    ? ` by ${holders.what.count} sessions of ${ownerOf(holders.what)} that are idle in transaction (connection leak: transactions that are never closed)`
    : idle
      ? ' by sessions that are idle (connection leak: idle or idle in transaction, waiting on Client:ClientRead)'
      : '';
  return {
    kind: 'connections',
    // Without a known limit, and without anybody who suffers, a few more clients are no trouble yet.
    score:
      events.length === 0 && (isFarBelow(state, text) || (clientsMoved(state) && !full))
        ? 0.25
        : up && (events.length > 0 || spoken)
          ? 0.9
          : events.length > 0
            ? 0.84
            : full || many || isFelt(seenIn(text)) || HIGH.test(text)
              ? 0.56
              : 0.4,
    text: `The connections of the database server ${server} ${what}${held}${series ? `: ${changeText(series)}` : ''}${holders ? '' : clientsOf(state.profile)}${events[0] ? `. Events: ${eventText(events, 2, 150)}` : ''}`,
    brief: `connections pile up${series ? ` (${changeText(series)})` : ''}`,
    evidence: [
      ...numbers(series),
      ...cited(events),
      ...(holders ? [holders.evidence] : []),
      ...(state.profile ? [state.profile.evidence] : []),
    ],
    actions: noActions,
  };
};

/** The group of sessions that do nothing in an open transaction, where most sessions are of it; null where it is not so. */
function idleHolders(printed: PrintedState): Shown<Cells> | null {
  const { groups, total } = sessionGroups(printed);
  const idle = groups.filter(({ what }) => what.state?.startsWith('idle in transaction'));
  const [most] = idle.toSorted((left, right) => cell(right.what, 'count') - cell(left.what, 'count'));
  return most && cell(most.what, 'count') >= MOST_OF_ALL * total ? most : null;
}
const MOST_OF_ALL = 0.5;

const ownerOf = ({ application_name: program, usename, user }: Cells): string =>
  [program, usename ?? user].filter(Boolean).join(' of user ') || 'one client';

const CLIENTS: ReadonlySet<string> = new Set(['DatabaseConnections', 'CurrConnections']);

/** True where the clients have settled far below the known limit, and neither the server nor anybody else feels them. */
const isFarBelow = (state: DatabaseState, text: string): boolean =>
  hasRoomForClients(state, text) && !isFelt(seenIn(text)) && !isStrained(state, CLIENTS) && !holdsIdle(state.profile);

function holdsIdle(profile: LoadProfile | null): boolean {
  const named = profile?.statements.some(({ statement }) => /\bidle\b/i.test(statement)) ?? false;
  return named || shareOf(profile, /^Client:/) >= 0.3;
}

/** True when the texts tell a limit of connections that is nearly reached. */
const nearLimit = (connectionCount: number, texts: string[]): boolean =>
  limitsIn(texts).some((limit) => connectionCount >= 0.85 * limit && connectionCount <= 1.2 * limit);

/** True when the alert itself tells a limit and the server stays well below it. */
function hasRoom(series: SeriesProfile | null, text: string): boolean {
  const limits = limitsIn([text]);
  return series !== null && limits.length > 0 && limits.every((limit) => series.max <= ROOM * limit);
}

function clientsOf(profile: LoadProfile | null): string {
  const [user, host] = [profile?.users[0], profile?.hosts[0]];
  return user ? `; most load comes from user ${user.name}${host ? ` on ${host.name}` : ''}` : '';
}
