import type { Calm } from './calm.ts';
import { type Cells, cell, lockWaits, type PrintedState, rowsWith, type Shown } from './printed/printed-state.ts';
import { transactionSeconds } from './stories/vacuum-stories.ts';

/** True where a table keeps many dead rows for the number of those that live. */
export const isBloated = (printed: PrintedState): boolean =>
  rowsWith(printed, 'relname', 'n_dead_tup').some(
    ({ what }) =>
      cell(what, 'n_dead_tup') >= 100_000 && cell(what, 'n_dead_tup') >= 0.2 * (cell(what, 'n_live_tup') || 0),
  );

/** The evidence of the answers to whoever asked which locks are waited for. */
export const askedForLocks = ({ answers }: PrintedState): number[] =>
  answers.filter(({ command }) => /pg_locks|lock_waits/i.test(command)).map(({ evidence }) => evidence);

/** The server warns from this age of its transactions on, and stops at twice of it. */
const OLD_IDS = 1e9;
const AGES = [
  'age',
  'xid_age',
  'max_age',
  'frozen_age',
  'datfrozenxid_age',
  'relfrozenxid_age',
  'oldest_xid',
  'oldest_current_xid',
];
const NAMES = ['datname', 'relname', 'table', 'database', 'table_name', 'oid'];

const ageOf = (row: Cells): number => cell(row, ...AGES);

/** The rows that tell how old the transaction IDs of a database or a table are. */
const agesIn = ({ rows }: PrintedState): Shown<Cells>[] =>
  rows.filter(
    ({ what }) => what.pid === undefined && NAMES.some((name) => what[name] !== undefined) && ageOf(what) >= 0,
  );

/** Autovacuum that does its ordinary work and blocks nobody; null where it does none, or the IDs are near their end. */
export function vacuumWorks(printed: PrintedState): Calm | null {
  const worker = printed.rows.find(
    ({ what }) => /autovacuum worker/.test(what.backend_type ?? '') || /^autovacuum: /.test(what.query ?? ''),
  );
  const progress = rowsWith(printed, 'phase', 'heap_blks_total')[0];
  const ages = agesIn(printed);
  const old = ages.some(({ what }) => ageOf(what) >= OLD_IDS);
  if (!(worker || progress) || old || lockWaits(printed) !== 0) return null;
  const part = progress
    ? `, in phase ${progress.what.phase} at ${progress.what.heap_blks_scanned} of ${progress.what.heap_blks_total} blocks`
    : '';
  return {
    statement: `no failure: autovacuum does its ordinary work${part}, and blocks nobody (no lock is waited for)${ages.length > 0 ? '; the transaction IDs are far from their end' : ''}`,
    evidence: [...[worker, progress, ...ages].flatMap((one) => (one ? [one.evidence] : [])), ...askedForLocks(printed)],
  };
}

const SPEAKS_OF_AGES = /wraparound|freez|transaction ?ids?\b|\bxids?\b|frozenxid/i;
/** The age from which vacuum freezes rows by itself where nobody set another one; below this many times of it, it has only not come to it yet. */
const [FREEZES, NOT_YET] = [2e8, 1.25];
/** A transaction that is open for this long keeps vacuum from freezing, s. */
const LONG = 3600;

/** Transaction IDs of an age at which vacuum has nothing to freeze yet, with nothing that would keep it from that; null otherwise. */
export function agesAreYoung(printed: PrintedState, alert: string): Calm | null {
  const ages = agesIn(printed);
  const setting = settingRow(printed, 'autovacuum_freeze_max_age');
  const set = setting ? cell(setting.what, 'autovacuum_freeze_max_age', 'setting') : Number.NaN;
  const freezes = set > 0 ? set : FREEZES;
  const young = ages.length > 0 && ages.every(({ what }) => ageOf(what) < NOT_YET * Math.min(freezes, OLD_IDS));
  if (!SPEAKS_OF_AGES.test(alert) || !young || isHeldBack(printed) || isBloated(printed)) return null;
  const [oldest] = ages.toSorted((left, right) => ageOf(right.what) - ageOf(left.what));
  return {
    statement: `no failure: the oldest transaction IDs have an age of ${oldest ? ageOf(oldest.what) : ''}${setting ? `, and vacuum freezes rows from ${set} on (autovacuum_freeze_max_age)` : ', at which vacuum has hardly begun to freeze rows'}; they are far from their end, and nothing holds vacuum back`,
    evidence: [...ages, ...(setting ? [setting] : [])].map(({ evidence }) => evidence),
  };
}

const settingRow = (printed: PrintedState, name: string): Shown<Cells> | undefined =>
  printed.rows.find(({ what }) => what[name] !== undefined || what.name === name);

/** True where autovacuum is off, or a transaction, a prepared one or a slot keeps the rows of the past. */
function isHeldBack(printed: PrintedState): boolean {
  const off = settingRow(printed, 'autovacuum')?.what;
  return (
    /^(?:off|f|false|0)$/i.test(off?.autovacuum ?? off?.setting ?? '') ||
    printed.rows.some(({ what }) => what.gid !== undefined && what.prepared !== undefined) ||
    printed.rows.some(({ what }) => what.slot_name !== undefined && /^f/.test(what.active ?? '')) ||
    rowsWith(printed, 'state').some(({ what }) => what.state !== 'idle' && transactionSeconds(what) >= LONG)
  );
}
