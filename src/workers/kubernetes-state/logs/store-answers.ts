import { answerRows, numberIn, settingIn, shownCells } from './answer-rows.ts';

/** What the answer of a store (or of the proxy before it) shows. */
export type StoreAnswer = {
  kind: string;
  /** The text that tells of it; null where the answer does not. */
  shows: (text: string) => string | null;
  meaning: string;
  confidence: number;
};

/** `default_transaction_read_only` with its row below, as psql prints it, or `read_only | ON` as mysql does. */
function readOnly(text: string): string | null {
  const setting =
    /^\s*(default_transaction_read_only|transaction_read_only|pg_is_in_recovery)\s*\n[-\s]+\n\s*(on|t)\s*$/im.exec(
      text,
    );
  if (setting) return `${setting[1]} ${setting[2]}`;
  const variable = /\b((?:super_)?read_only)\s*\|?\s+(ON|1)\b/.exec(text);
  return variable ? `${variable[1]} ${variable[2]}` : null;
}

/** A session that holds its transaction open and does nothing while others wait for its locks. */
function idleHolder(text: string): string | null {
  const waits = /\|\s*Lock\s*\|/.test(text);
  const holder = text.split('\n').find((line) => /idle in transaction/.test(line));
  return waits && holder ? holder.trim().replace(/\s*\|\s*/g, ', ') : null;
}

/** Sessions that wait for a table's definition to be free. */
function metadataLock(text: string): string | null {
  const waiting = text.split('\n').filter((line) => /Waiting for table metadata lock/i.test(line));
  const change = waiting.find((line) => /\b(?:ALTER|DROP|TRUNCATE|CREATE|RENAME|OPTIMIZE)\b/i.test(line)) ?? waiting[0];
  return change ? change.trim().replace(/\s*[\t|]\s*/g, ', ') : null;
}

function atLimit(text: string, used: string, most: string, share: number): string | null {
  const [now, limit] = [numberIn(text, used), numberIn(text, most)];
  return limit > 0 && now >= share * limit
    ? `${used} ${settingIn(text, used)}, ${most} ${settingIn(text, most)}`
    : null;
}

/** `current: 819, available: 0`, as the server's status of a document store says it. */
function noneAvailable(text: string): string | null {
  const found = /current"?: (\d+),\s*"?available"?: (\d+)/.exec(text);
  return found && Number(found[2]) <= 0.02 * Number(found[1]) ? `current: ${found[1]}, available: ${found[2]}` : null;
}

function poolWaits(text: string): string | null {
  const row = answerRows(text).find((one) => Number(one.cl_waiting) > 0 && Number(one.sv_idle) === 0);
  return row
    ? shownCells(row, 'database', 'cl_active', 'cl_waiting', 'sv_active', 'sv_idle', 'maxwait', 'pool_mode')
    : null;
}

function backendFull(text: string): string | null {
  const row = answerRows(text).find(
    (one) => Number(one.connfree) === 0 && Number(one.connused) > 0 && Number(one.connerr) > 0,
  );
  return row ? shownCells(row, 'hostgroup', 'srv_host', 'connused', 'connfree', 'connerr') : null;
}

function backendAway(text: string): string | null {
  const row = answerRows(text).find(
    (one) => one.hostgroup && /^(?:SHUNNED|OFFLINE_HARD|OFFLINE_SOFT)/.test(one.status ?? ''),
  );
  return row ? shownCells(row, 'hostgroup', 'srv_host', 'status') : null;
}

function replicaStopped(text: string): string | null {
  const thread = /\b((?:Replica|Slave)_(?:SQL|IO)_Running):\s*(No|Connecting)\b/.exec(text);
  if (!thread) return null;
  const error = /\bLast_(?:SQL_|IO_)?Error:[ \t]*(\S[^\n]{0,160})/.exec(text)?.[1];
  return `${thread[1]}: ${thread[2]}${error ? `; ${error}` : ''}`;
}

function replicaLate(text: string): string | null {
  const seconds = numberIn(text, 'Seconds_Behind_(?:Source|Master)');
  return seconds >= 60 ? (/Seconds_Behind_(?:Source|Master): \d+/.exec(text)?.[0] ?? null) : null;
}

/** No member says that it is the primary, in whatever form the status was printed. */
function withoutPrimary(text: string): string | null {
  if (/\bPRIMARY\b/.test(text)) return null;
  const members =
    /\bstateStr\b|\bSECONDARY\b/.test(text) &&
    /\b(?:SECONDARY|RECOVERING|STARTUP2?|ARBITER|not reachable)\b/.test(text);
  return members ? (/\(not reachable\/healthy\)/.exec(text)?.[0] ?? 'no member has stateStr PRIMARY') : null;
}

const failedStatus = (text: string): string | null =>
  /\b(?:rdb_last_bgsave_status|aof_last_write_status|aof_last_bgrewrite_status):err\b/.exec(text)?.[0] ?? null;

/** A slot that nobody reads keeps the log of the server from being removed. */
function idleSlot(text: string): string | null {
  const row = answerRows(text).find((one) => one.slot_name && /^f(?:alse)?$/.test(one.active ?? ''));
  return row ? shownCells(row, 'slot_name', 'active', 'restart_lsn', 'wal_status', 'retained', 'lag') : null;
}

function oldRows(text: string): string | null {
  const row = answerRows(text).find((one) =>
    Object.entries(one).some(
      ([column, value]) => /^(?:age|xid_age|frozen_?xid_age)$/.test(column) && Number(value) > 1.5e9,
    ),
  );
  return row ? shownCells(row, ...Object.keys(row)) : null;
}

function waitingSessions(text: string): string | null {
  const rows = answerRows(text);
  const ungranted = rows.find((one) => /^f(?:alse)?$/.test(one.granted ?? ''));
  if (ungranted) return shownCells(ungranted, 'pid', 'locktype', 'relation', 'mode', 'granted', 'query');
  const blocked = rows.find((one) => one.blocked_pid && one.blocking_pid);
  return blocked ? shownCells(blocked, 'blocked_pid', 'blocking_pid', 'blocking_query', 'blocking_statement') : null;
}

const deadlock = (text: string): string | null =>
  /LATEST DETECTED DEADLOCK[\s\S]{0,4000}?WE ROLL BACK TRANSACTION \(\d\)/.test(text)
    ? 'LATEST DETECTED DEADLOCK'
    : null;

const unhealthyCluster = (text: string): string | null =>
  /"status"\s*:\s*"red"|\bcluster_state:fail\b|^DN\s+\S+/m.exec(text)?.[0] ?? null;

/** What stores and the proxies before them answer when they are asked about themselves; the first that fits is told. */
export const STORE_ANSWERS: readonly StoreAnswer[] = [
  { kind: 'read-only-store', shows: readOnly, meaning: 'is read-only and refuses writes', confidence: 0.84 },
  {
    kind: 'replica-without-primary',
    shows: (text) =>
      settingIn(text, 'role') === 'slave' && settingIn(text, 'master_link_status') === 'down'
        ? 'role:slave, master_link_status:down'
        : null,
    meaning: 'is a read-only replica whose primary is away, so it refuses writes',
    confidence: 0.84,
  },
  {
    kind: 'replication-stopped',
    shows: replicaStopped,
    meaning: 'is a replica whose replication is stopped (broken), so it shows old data',
    confidence: 0.88,
  },
  {
    kind: 'replica-late',
    shows: replicaLate,
    meaning: 'is a replica that lags behind (replication lag)',
    confidence: 0.8,
  },
  {
    kind: 'lock-holder',
    shows: idleHolder,
    meaning: 'has a session that is idle in a transaction and holds locks that block the others',
    confidence: 0.82,
  },
  {
    kind: 'metadata-lock',
    shows: metadataLock,
    meaning:
      'has sessions that wait for a table metadata lock, which a change of the table and an open transaction hold up',
    confidence: 0.86,
  },
  {
    kind: 'sessions-blocked',
    shows: waitingSessions,
    meaning: 'has sessions that wait for locks of others',
    confidence: 0.8,
  },
  {
    kind: 'deadlock',
    shows: deadlock,
    meaning: 'resolves deadlocks (lock conflicts) by rolling transactions back',
    confidence: 0.72,
  },
  {
    kind: 'store-memory-full',
    shows: (text) =>
      atLimit(text, 'used_memory', 'maxmemory', 0.98) ?? atLimit(text, 'used_memory_human', 'maxmemory_human', 0.98),
    meaning: 'has used up its memory (maxmemory reached)',
    confidence: 0.8,
  },
  {
    kind: 'store-connections-full',
    shows: (text) =>
      atLimit(text, 'connected_clients', 'maxclients', 0.95) ??
      atLimit(text, 'Threads_connected', 'max_connections', 0.95) ??
      atLimit(text, 'current', 'totalAvailable', 0.98) ??
      noneAvailable(text),
    meaning: 'has reached its connection limit',
    confidence: 0.8,
  },
  {
    kind: 'pool-waiting',
    shows: poolWaits,
    meaning: 'is a connection pool that is exhausted: clients wait and no server connection is idle',
    confidence: 0.86,
  },
  {
    kind: 'backend-connections-full',
    shows: backendFull,
    meaning:
      'has reached its connection limit to a server behind it (hostgroup without free connections), so further connects fail',
    confidence: 0.86,
  },
  {
    kind: 'backend-away',
    shows: backendAway,
    meaning: 'has taken a server behind it out of its hostgroup',
    confidence: 0.84,
  },
  {
    kind: 'no-primary',
    shows: withoutPrimary,
    meaning: 'has a replica set without a primary, so it refuses writes',
    confidence: 0.84,
  },
  {
    kind: 'store-persistence',
    shows: failedStatus,
    meaning: 'cannot persist its data to disk, so it refuses writes',
    confidence: 0.84,
  },
  {
    kind: 'idle-slot',
    shows: idleSlot,
    meaning: 'has an inactive replication slot, which keeps WAL (write-ahead log) on its disk',
    confidence: 0.76,
  },
  {
    kind: 'transaction-ids',
    shows: oldRows,
    meaning: 'runs out of transaction IDs (wraparound), vacuum is overdue',
    confidence: 0.84,
  },
  {
    kind: 'cluster-unhealthy',
    shows: unhealthyCluster,
    meaning: 'says that its cluster is not healthy',
    confidence: 0.76,
  },
];
