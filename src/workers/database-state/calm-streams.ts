import { shownCells } from '../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../kubernetes-state/quote.ts';
import type { Calm } from './calm.ts';
import { replicaLevel } from './calm-replicas.ts';
import { isBloated } from './calm-vacuum.ts';
import type { PrintedAnswer } from './printed/printed-answers.ts';
import { intervalSeconds } from './printed/printed-answers.ts';
import { type Cells, latestTime, type PrintedState, rowsWith, type Shown, timeIn } from './printed/printed-state.ts';
import { isStream } from './session-roles.ts';

/** A statement that runs for less time is no long one, s. */
const SHORT = 600;
/** The columns in which lists of sessions tell since when, or for how many seconds, something runs. */
const SINCE = ['query_start', 'xact_start', 'trx_started'];
const SECONDS =
  /^(?:time|since|running|running_for|runtime|elapsed|seconds|secs_running|\w*(?:age|duration|secs|_time))$/;

/**
 * Where the sessions were listed: the oldest statement is none, but a stream of the log that lasts as long as its replica follows (a
 * thread of the server), every other session is young, and the replicas that were asked are level. Null otherwise.
 */
export function streamsAreOldest(printed: PrintedState): Calm | null {
  const lists = printed.answers.filter(({ tables }) => tables.some(({ rows }) => rows.some(isSession)));
  const sessions = lists.flatMap(({ tables, server, evidence }) =>
    tables.flatMap(({ rows }) => rows.filter(isSession)).map((what) => ({ what, server, evidence })),
  );
  const now = latestTime(printed.rows);
  const old = sessions.filter(({ what }) => !isAtRest(what) && secondsOf(what, now) >= SHORT);
  const [oldest] = old.toSorted((left, right) => secondsOf(right.what, now) - secondsOf(left.what, now));
  if (!oldest || !old.every(({ what }) => isStream(what) && !holdsRows(what))) return null;
  if (!lists.some(isWhole) || isBloated(printed) || heldBySlot(printed) || preparedOnes(printed)) return null;
  const level = replicaLevel(printed);
  // A stream alone tells of a replica that is connected, not of one that keeps up.
  if (!level) return null;
  return {
    statement: `no failure: the oldest session is no statement but a stream of the log that a replica keeps open for as long as it follows (${quote(shownCells(oldest.what, ...SHOWN), 170)}); no other session runs for long. ${level.statement.replace(/^no failure: /, '').replace(/^\w/, (first) => first.toUpperCase())}`,
    evidence: [...old.map(({ evidence }) => evidence), ...lists.map(({ evidence }) => evidence), ...level.evidence],
  };
}

const SHOWN = [
  'pid',
  'id',
  'usename',
  'user',
  'app',
  'application_name',
  'backend_type',
  'command',
  'since',
  'time',
  'state',
];

const isSession = (row: Cells): boolean =>
  (row.pid !== undefined || (row.id !== undefined && row.command !== undefined)) &&
  (row.state !== undefined || row.command !== undefined) &&
  row.sync_state === undefined;

/** A session between two transactions: how long it has rested says nothing. */
const isAtRest = (row: Cells): boolean => row.state === 'idle' || /^Sleep$/i.test(row.command ?? '');

/** For how long something of a session runs by anything that its row tells of it; 0 where it tells nothing. */
function secondsOf(row: Cells, now: number | null): number {
  const told = Object.entries(row).map(([column, value]) =>
    /\d:\d\d:\d\d/.test(value) || SECONDS.test(column) ? intervalSeconds(value) : Number.NaN,
  );
  const begun = SINCE.map((column) => ((now ?? Number.NaN) - timeIn(row[column] ?? '')) / 1000);
  return Math.max(0, ...[...told, ...begun].filter((seconds) => !Number.isNaN(seconds)));
}

/** True where a session keeps the rows of the past for somebody's query. */
const holdsRows = (row: Cells): boolean => /\d/.test(row.backend_xmin ?? '') || /\d/.test(row.xact_start ?? '');

/** A condition that leaves sessions out for another reason than their age. */
const NARROW =
  /\bwhere\b[^\n]{0,300}?\b(?:backend_type|pid|usename|user|datname|db|application_name)\s*(?:=|in\b|like\b|~)/i;

/** True where a list of sessions shows all that are old: the oldest come first and it has a young one, too, or no end was set to it. */
function isWhole({ command, tables }: PrintedAnswer): boolean {
  if (NARROW.test(command)) return false;
  const rows = tables.flatMap((table) => table.rows).filter(isSession);
  const now = latestTime(rows.map((what) => ({ what, server: '', evidence: 0 })));
  return !/\blimit\b|\bhead\b|\btail\b/i.test(command) || rows.some((row) => secondsOf(row, now) < SHORT);
}

/** A slot that nobody reads, or that keeps old rows for its reader. */
const heldBySlot = (printed: PrintedState): boolean =>
  rowsWith(printed, 'slot_name').some(
    ({ what }) =>
      /^f/.test(what.active ?? '') || /\d/.test(what.xmin ?? '') || /lost|unreserved/.test(what.wal_status ?? ''),
  );

const preparedOnes = (printed: PrintedState): boolean =>
  (rowsWith(printed, 'gid', 'prepared') as readonly Shown<Cells>[]).length > 0;
