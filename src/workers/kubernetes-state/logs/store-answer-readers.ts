import { binaryBytes } from '../../detectors/support/quantities.ts';
import { answerRows, cellNumber, numberIn, settingIn, shownCells } from './answer-rows.ts';
import { isContentCache } from './key-space.ts';
import { lockChain } from './lock-chain.ts';
import { REFUSES_CLIENTS } from './store-refusals.ts';

/** `default_transaction_read_only` with its row below, as psql prints it, or `read_only | ON` as mysql does. */
export function readOnly(text: string): string | null {
  const setting =
    /^\s*(default_transaction_read_only|transaction_read_only|pg_is_in_recovery)\s*\n[-\s]+\n\s*(on|t)\s*$/im.exec(
      text,
    );
  if (setting) return `${setting[1]} ${setting[2]}`;
  const variable = /\b((?:super_)?read_only)\s*\|?\s+(ON|1)\b/.exec(text);
  return variable ? `${variable[1]} ${variable[2]}` : null;
}

/** A session that holds its transaction open and does nothing while others wait for its locks. */
export function idleHolder(text: string): string | null {
  const waits = /\|\s*Lock\s*\|/.test(text);
  const holder = text.split('\n').find((line) => /idle in transaction/.test(line));
  return waits && holder ? holder.trim().replace(/\s*\|\s*/g, ', ') : null;
}

/** Who is at the root of a chain of sessions that wait for each other, and who waits for it. */
export function waitingChain(text: string): string | null {
  const chain = lockChain(answerRows(text));
  return chain && `${chain.root}${chain.next ? `; behind it ${chain.next}` : ''}`;
}

/** Sessions that wait for a table's definition to be free. */
export function metadataLock(text: string): string | null {
  const waiting = text.split('\n').filter((line) => /Waiting for table metadata lock/i.test(line));
  const change = waiting.find((line) => /\b(?:ALTER|DROP|TRUNCATE|CREATE|RENAME|OPTIMIZE)\b/i.test(line)) ?? waiting[0];
  return change ? change.trim().replace(/\s*[\t|]\s*/g, ', ') : null;
}

/** A number, or a size as Redis prints it for people (`404.91M`, `1.50G`), in bytes; NaN where there is none. */
function sizeIn(text: string, key: string): number {
  const bytes = binaryBytes(settingIn(text, key) ?? '');
  return Number.isNaN(bytes) ? numberIn(text, key) : bytes;
}

/** Two settings of which the first has reached a share of the second. */
export function atLimit(text: string, used: string, most: string, share: number): string | null {
  const [now, limit] = [sizeIn(text, used), sizeIn(text, most)];
  return limit > 0 && now >= share * limit
    ? `${used} ${settingIn(text, used)}, ${most} ${settingIn(text, most)}`
    : null;
}

/** `current: 819, available: 0`, as the server's status of a document store says it. */
export function noneAvailable(text: string): string | null {
  const found = /current"?: (\d+),\s*"?available"?: (\d+)/.exec(text);
  return found && Number(found[2]) <= 0.02 * Number(found[1]) ? `current: ${found[1]}, available: ${found[2]}` : null;
}

/** Clients of a pool that wait while no server connection is idle. */
export function poolWaits(text: string): string | null {
  const row = answerRows(text).find((one) => Number(one.cl_waiting) > 0 && Number(one.sv_idle) === 0);
  return row
    ? shownCells(row, 'database', 'cl_active', 'cl_waiting', 'sv_active', 'sv_idle', 'maxwait', 'pool_mode')
    : null;
}

/** A server behind a proxy without a free connection, to which connects fail. */
export function backendFull(text: string): string | null {
  const row = answerRows(text).find(
    (one) => Number(one.connfree) === 0 && Number(one.connused) > 0 && Number(one.connerr) > 0,
  );
  return row ? shownCells(row, 'hostgroup', 'srv_host', 'connused', 'connfree', 'connerr') : null;
}

/** A server that a proxy has taken out. */
export function backendAway(text: string): string | null {
  const row = answerRows(text).find(
    (one) => one.hostgroup && /^(?:SHUNNED|OFFLINE_HARD|OFFLINE_SOFT)/.test(one.status ?? ''),
  );
  return row ? shownCells(row, 'hostgroup', 'srv_host', 'status') : null;
}

/** A thread of a replica that stands still, with its error. */
export function replicaStopped(text: string): string | null {
  const thread = /\b((?:Replica|Slave)_(?:SQL|IO)_Running):\s*(No|Connecting)\b/.exec(text);
  if (!thread) return null;
  const error = /\bLast_(?:SQL_|IO_)?Error:[ \t]*(\S[^\n]{0,160})/.exec(text)?.[1];
  return `${thread[1]}: ${thread[2]}${error ? `; ${error}` : ''}`;
}

/** A replica that is a minute or more behind where it should be: some are told to stay behind. */
export function replicaLate(text: string): string | null {
  const seconds = numberIn(text, 'Seconds_Behind_(?:Source|Master)') - (numberIn(text, 'SQL_Delay') || 0);
  return seconds >= 60 ? (/Seconds_Behind_(?:Source|Master): \d+/.exec(text)?.[0] ?? null) : null;
}

/** No member says that it is the primary, in whatever form the status was printed. */
export function withoutPrimary(text: string): string | null {
  if (/\bPRIMARY\b/.test(text)) return null;
  const members =
    /\bstateStr\b|\bSECONDARY\b/.test(text) &&
    /\b(?:SECONDARY|RECOVERING|STARTUP2?|ARBITER|not reachable)\b/.test(text);
  return members ? (/\(not reachable\/healthy\)/.exec(text)?.[0] ?? 'no member has stateStr PRIMARY') : null;
}

/** A snapshot or append-only file that could not be written. */
export const failedStatus = (text: string): string | null =>
  /\b(?:rdb_last_bgsave_status|aof_last_write_status|aof_last_bgrewrite_status):err\b/.exec(text)?.[0] ?? null;

/** A slot that nobody reads keeps the log of the server from being removed. */
export function idleSlot(text: string): string | null {
  const row = answerRows(text).find((one) => one.slot_name && /^f(?:alse)?$/.test(one.active ?? ''));
  return row ? shownCells(row, 'slot_name', 'active', 'restart_lsn', 'wal_status', 'behind', 'retained', 'lag') : null;
}

/** A prepared transaction of so many transactions before was forgotten by who prepared it. */
const FORGOTTEN_AGE = 1e8;

/** True for the row of a prepared transaction that is old, and not of a moment ago. */
export const oldPrepared = (row: Record<string, string>): boolean =>
  row.gid !== undefined && Number(row.age ?? row.xid_age ?? row.transaction_age) >= FORGOTTEN_AGE;

/** A transaction of two phases whose second one never came. */
export function forgottenPrepared(text: string): string | null {
  const row = answerRows(text).find(oldPrepared);
  return row ? shownCells(row, 'gid', 'prepared', 'owner', 'database', 'age') : null;
}

/** An age in transactions that comes near the end of the numbers. */
export function oldRows(text: string): string | null {
  const row = answerRows(text).find((one) =>
    Object.entries(one).some(
      ([column, value]) => /^(?:age|xid_age|frozen_?xid_age)$/.test(column) && Number(value) > 1.5e9,
    ),
  );
  return row ? shownCells(row, ...Object.keys(row)) : null;
}

/** A lock that was not granted. */
export function waitingSessions(text: string): string | null {
  const ungranted = answerRows(text).find((one) => /^f(?:alse)?$/.test(one.granted ?? ''));
  return ungranted ? shownCells(ungranted, 'pid', 'locktype', 'relation', 'mode', 'granted', 'query') : null;
}

/** When the monitor of InnoDB was printed, and when the deadlock was that it remembers for as long as the server lives. */
const PRINTED = /^(\d{4}-\d\d-\d\d [\d:]{8})[^\n]{0,60}INNODB MONITOR OUTPUT/m;
const HAPPENED = /LATEST DETECTED DEADLOCK\s{1,4}-{3,80}\s{1,4}(\d{4}-\d\d-\d\d [\d:]{8})/;
/** A deadlock so long before (ms) is none of now. */
const LONG_BEFORE = 2 * 3_600_000;

/** The last deadlock that the engine resolved, unless its own times say that it was long before. */
export function deadlock(text: string): string | null {
  if (!/LATEST DETECTED DEADLOCK[\s\S]{0,4000}?WE ROLL BACK TRANSACTION \(\d\)/.test(text)) return null;
  const [now, then] = [PRINTED, HAPPENED].map((time) => Date.parse(`${time.exec(text)?.[1]?.replace(' ', 'T')}Z`));
  return Number(now) - Number(then) > LONG_BEFORE ? null : 'LATEST DETECTED DEADLOCK';
}

/** The share of a key store's keys that it threw away tells of a memory that is too small. */
export function evictedKeys(text: string, around: string): string | null {
  const evicted = /\bevicted_keys:([1-9]\d{2,})\b/.exec(text);
  const known = !Number.isNaN(numberIn(`${text}\n${around}`, 'keyspace_hits')) && isContentCache(text, around);
  return evicted && !known && /\bmaxmemory:[1-9]/.test(text) ? evicted[0] : null;
}

/** A value of many megabytes blocks the one thread that serves everybody. */
export function bigKey(text: string): string | null {
  const found = /Biggest\s+\w+ found .{1,80} has (\d+) (?:bytes|fields|members|items|entries)/i.exec(text);
  return found && Number(found[1]) >= 1_000_000 ? found[0] : null;
}

/** The operations log of a replica set covers less than an hour. */
export function shortOplog(text: string): string | null {
  const found = /log length start to end:?\s*'?(\d+) ?secs/i.exec(text);
  return found && Number(found[1]) < 3600 ? found[0] : null;
}

/** Below this share of the limit idle sessions are what a pool keeps, and nobody waits for a slot. */
const TAKEN = 0.85;

/** The limit of connections that an answer shows as a column or a setting, or that somebody speaks of. */
const limitIn = (text: string): number =>
  [
    cellNumber(answerRows(text), 'max_connections'),
    numberIn(text, 'max_connections'),
    Number(/max_connections\D{1,12}(\d{2,6})\b/i.exec(text)?.[1] ?? 'NaN'),
  ].find((limit) => limit > 0) ?? 0;

/** Most of the sessions are idle, and together they take what the server allows, by its limit or by clients that were refused. */
export const idleAtLimit = (text: string, around: string): string | null =>
  limitIn(text) || limitIn(around) || REFUSES_CLIENTS.test(around) ? idleSessions(text, around) : null;

/** Most of the sessions are idle, as far as the limit is told together they take what the server allows: pools look like that, too. */
export function idleSessions(text: string, around: string): string | null {
  const rows = answerRows(text).filter((one) => one.state !== undefined && Number(one.count) > 0);
  const idle = rows.filter(({ state }) => /^idle/.test(state ?? '')).reduce((sum, one) => sum + Number(one.count), 0);
  const count = rows.reduce((sum, one) => sum + Number(one.count), 0);
  const row = rows.find(({ state }) => /^idle/.test(state ?? ''));
  if (count < TAKEN * (limitIn(text) || limitIn(around))) return null;
  return row && count >= 80 && idle >= 0.7 * count
    ? shownCells(row, 'state', 'count', 'usename', 'application_name')
    : null;
}

/** A cluster that calls itself red or failed, or a node that it calls down. */
export const unhealthyCluster = (text: string): string | null =>
  /"status"\s*:\s*"red"|\bcluster_state:fail\b|^DN\s+\S+/m.exec(text)?.[0] ?? null;
