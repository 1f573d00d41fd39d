import { numberIn } from '../kubernetes-state/logs/answer-rows.ts';
import { replicaStopped } from '../kubernetes-state/logs/store-answer-readers.ts';
import type { Calm } from './calm.ts';
import { membersOf } from './printed/member-lags.ts';
import { intervalSeconds } from './printed/printed-answers.ts';
import { type Cells, type PrintedState, rowsWith, type Shown } from './printed/printed-state.ts';

/** A replica this near to its source is as good as level with it, s and bytes of the log. */
const [LEVEL, LEVEL_BYTES] = [5, 1 << 20];

/** Replicas that have all that their source wrote, by what both print; null where one has not, or nobody asked. */
export function replicaLevel(printed: PrintedState): Calm | null {
  const { answers } = printed;
  if (answers.some(({ text }) => replicaStopped(text) !== null)) return null;
  for (const { text, evidence, server } of answers) {
    const behind = numberIn(text, 'Seconds_Behind_(?:Source|Master)');
    if (bothRun(text) && behind <= LEVEL)
      return {
        statement: `no failure: the replica ${server} has caught up (${/Seconds_Behind_\w+: *\d+/.exec(text)?.[0]}, both of its threads run)`,
        evidence: [evidence],
      };
  }
  return standbysLevel(printed) ?? copiesLevel(printed) ?? membersLevel(printed);
}

export const bothRun = (text: string): boolean =>
  [...text.matchAll(/(?:Replica|Slave)_(?:IO|SQL)_Running: *Yes/g)].length >= 2;

/** A place in the log of PostgreSQL (`2C/9A014D68`) in bytes; NaN for anything else. */
function logPlace(text: string | undefined): number {
  const [, high = '', low = ''] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text?.trim() ?? '') ?? [];
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

const placeIn = (row: Cells, ...columns: string[]): number =>
  logPlace(columns.map((column) => row[column]).find((value) => value !== undefined));

/** What the standbys of a primary, and the primary of a standby, say of the place at which each of them is. */
function standbysLevel(printed: PrintedState): Calm | null {
  const standbys = rowsWith(printed, 'application_name', 'state').filter(
    ({ what }) => what.replay_lag !== undefined || what.replay_lsn !== undefined,
  );
  const receivers = rowsWith(printed, 'status').filter(({ what }) => 'sender_host' in what || 'latest_end_lsn' in what);
  const replayed = rowsWith(printed, 'pg_last_wal_replay_lsn');
  const written = places(rowsWith(printed, 'pg_current_wal_lsn'), 'pg_current_wal_lsn');
  const streams =
    [...standbys, ...receivers].length > 0 &&
    standbys.every(({ what }) => what.state === 'streaming') &&
    receivers.every(({ what }) => what.status === 'streaming');
  const late =
    standbys.some(({ what }) => intervalSeconds(what.replay_lag) > LEVEL || isApart(what, 'sent_lsn', 'replay_lsn')) ||
    replayed.some(({ what }) => isApart(what, 'pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn')) ||
    // Where the log of the primary did not move while somebody watched, all of it must have been replayed.
    places(replayed, 'pg_last_wal_replay_lsn').some(
      (place) => written[0] !== undefined && written[0] - place > LEVEL_BYTES,
    );
  const [first] = [...standbys, ...replayed];
  if (!streams || late || !first || (standbys.length === 0 && replayed.length === 0)) return null;
  const rests = written.length >= 2 && new Set(written).size === 1;
  const shown =
    standbys.length > 0
      ? `${standbys[0]?.what.application_name}, replay_lag ${standbys[0]?.what.replay_lag || 'empty'}`
      : `pg_last_wal_replay_lsn ${replayed[0]?.what.pg_last_wal_replay_lsn}`;
  const idle = rests
    ? '; nobody writes on the primary (its log stands at the same place), so the age of the last replayed transaction grows with the clock'
    : replayed.length > 0
      ? '; the age of the last replayed transaction grows with the clock while nobody writes'
      : '';
  return {
    statement: `no failure: every standby streams and has caught up (${shown})${idle}`,
    evidence: [...standbys, ...receivers, ...replayed, ...(rests ? rowsWith(printed, 'pg_current_wal_lsn') : [])].map(
      ({ evidence }) => evidence,
    ),
  };
}

const places = (rows: Shown<Cells>[], column: string): number[] =>
  rows.map(({ what }) => placeIn(what, column)).filter((place) => !Number.isNaN(place));

/** True where both places are told and lie apart. */
const isApart = (row: Cells, ahead: string, behind: string): boolean =>
  placeIn(row, ahead) - placeIn(row, behind) > LEVEL_BYTES;

/** What the primary of a Redis prints of each of its replicas. */
const COPY = /^slave\d+:ip=([^,\s]{1,80}),port=\d+,state=(\w+),offset=(\d+),lag=(\d+)/gm;

/** The replicas of a Redis, by their places in its log and the seconds since they last spoke. */
function copiesLevel({ answers }: PrintedState): Calm | null {
  for (const { text, evidence, server } of answers) {
    const copies = [...text.matchAll(COPY)];
    const place = numberIn(text, 'master_repl_offset');
    const level = copies.every(
      ([, , state, offset, lag]) => state === 'online' && Number(lag) <= LEVEL && place - Number(offset) <= LEVEL_BYTES,
    );
    const [first] = copies;
    if (first && level && place > 0)
      return {
        statement: `no failure: every replica of ${server || 'the store'} is online and has caught up (${first[0].slice(0, 120)}, master_repl_offset ${place})`,
        evidence: [evidence],
      };
  }
  return null;
}

/** Members of a replica set write something at least this often, s. */
const NOTHING_NEW = 10;

/** The members of a MongoDB replica set, by their own account. */
function membersLevel({ notes }: PrintedState): Calm | null {
  const { lags, ill } = membersOf(notes);
  const [first] = lags;
  if (!first || ill || lags.some(({ behind }) => behind > NOTHING_NEW)) return null;
  return {
    statement: `no failure: every member of the replica set has caught up (${first.host}, ${first.behind} secs behind the primary)`,
    evidence: lags.map(({ evidence }) => evidence),
  };
}
