import { answerRows, numberIn, settingIn, shownCells } from '../answer-rows.ts';
import type { StoreAnswer } from '../store-answer.ts';

/** From so many parts in one partition on, inserts are slowed down; merges do not follow. */
const MANY_PARTS = 900;

/** A partition of ClickHouse with more parts than its merges can follow. */
function manyParts(text: string): string | null {
  const row = answerRows(text).find(
    (one) =>
      (one.partition !== undefined || one.partition_id !== undefined) &&
      Object.entries(one).some(([name, value]) => OF_PARTS.test(name) && Number(value) >= MANY_PARTS),
  );
  if (row) return shownCells(row, ...Object.keys(row).slice(0, 6));
  const most = numberIn(text, 'MaxPartCountForPartition');
  return most >= MANY_PARTS ? `MaxPartCountForPartition ${most}` : null;
}

const OF_PARTS = /^(?:\w{0,20}parts?(?:_count|_cnt)?|count\(\))$/;

const ONE = /^(?:1|true)$/i;

/** A table of ClickHouse whose replica has lost its keeper and takes no writes. */
function readOnlyReplica(text: string): string | null {
  const row = answerRows(text).find((one) => ONE.test(one.is_readonly ?? ''));
  if (row) return shownCells(row, 'database', 'table', 'is_readonly', 'is_session_expired', 'absolute_delay');
  if (!ONE.test(settingIn(text, 'is_readonly') ?? '')) return null;
  const shown = ['database', 'table', 'is_readonly', 'is_session_expired'].map((key) => [key, settingIn(text, key)]);
  return shown.flatMap(([key, value]) => (value ? [`${key} ${value}`] : [])).join(', ');
}

/** A change of data that fails again and again. */
function failingMutation(text: string): string | null {
  const row = answerRows(text).find(
    (one) => /^(?:0|false)$/.test(one.is_done ?? '') && (one.latest_fail_reason ?? '') !== '',
  );
  return row ? shownCells(row, 'table', 'command', 'is_done', 'parts_to_do', 'latest_fail_reason') : null;
}

/** A row of `nodetool tpstats`: the stage, then what is active, pending, completed, blocked now and ever. */
const STAGE = /^([A-Za-z][\w-]{2,60})\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/gm;
/** So many tasks wait at a stage that cannot follow. */
const PENDING = 100;
/** A memtable that waits to be written holds all writes up, so even a few matter. */
const FLUSHES = 5;

/** A stage of Cassandra at which work waits, with the messages that were dropped meanwhile. */
function pendingStage(text: string): string | null {
  if (!/^Pool Name\b/m.test(text)) return null;
  const worst = [...text.matchAll(STAGE)]
    .filter(([, stage = '', , pending]) => Number(pending) >= (/Flush/.test(stage) ? FLUSHES : PENDING))
    .toSorted((one, other) => Number(other[3]) - Number(one[3]))[0];
  if (!worst) return null;
  const dropped = [...text.matchAll(/^(READ|MUTATION|COUNTER_MUTATION|RANGE_SLICE|HINT)\s+([1-9]\d*)\b/gm)];
  return [
    `${worst[1]} active ${worst[2]}, pending ${worst[3]}`,
    ...dropped.slice(0, 2).map(([, message, count]) => `dropped ${message} ${count}`),
  ].join('; ');
}

/** Compactions of Cassandra that lie behind, so that reads look into too many files. */
function pendingCompactions(text: string): string | null {
  const found = /^pending tasks: (\d+)/m.exec(text);
  return found && Number(found[1]) >= PENDING ? found[0] : null;
}

/** What ClickHouse (`system` tables) and Cassandra (`nodetool`) answer about themselves. */
export const COLUMN_STORE_ANSWERS: readonly StoreAnswer[] = [
  {
    kind: 'read-only-store',
    shows: readOnlyReplica,
    meaning: 'has a replica that is read-only (it has lost its session with the keeper) and refuses writes',
    confidence: 0.86,
  },
  {
    kind: 'many-parts',
    shows: manyParts,
    meaning: 'has too many parts in a partition: merges do not follow the inserts, which it delays and then refuses',
    confidence: 0.84,
  },
  {
    kind: 'failing-mutation',
    shows: failingMutation,
    meaning: 'has a mutation that fails again and again',
    confidence: 0.78,
  },
  {
    kind: 'pending-stage',
    shows: pendingStage,
    meaning: 'is overloaded: tasks wait (pending) at a stage that cannot follow',
    confidence: 0.76,
  },
  {
    kind: 'pending-compactions',
    shows: pendingCompactions,
    meaning: 'lies behind with its compactions, so reads must look into many files',
    confidence: 0.62,
  },
];
