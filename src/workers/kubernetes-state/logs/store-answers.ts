import { DEPTH } from '../diagnosis.ts';
import { settingIn } from './answer-rows.ts';
import { BROKER_ANSWERS } from './answers/broker-answers.ts';
import { COLUMN_STORE_ANSWERS } from './answers/column-stores.ts';
import { KEY_STORE_ANSWERS } from './answers/key-stores.ts';
import { MEMBER_ANSWERS } from './answers/missing-members.ts';
import { MONGO_ANSWERS } from './answers/mongo-answers.ts';
import { MYSQL_ANSWERS } from './answers/mysql-answers.ts';
import { SEARCH_ANSWERS } from './answers/search-answers.ts';
import { isContentCache } from './key-space.ts';
import type { StoreAnswer } from './store-answer.ts';
import {
  atLimit,
  backendAway,
  backendFull,
  bigKey,
  deadlock,
  evictedKeys,
  failedStatus,
  forgottenPrepared,
  idleAtLimit,
  idleHolder,
  idleSessions,
  idleSlot,
  metadataLock,
  noneAvailable,
  oldRows,
  poolWaits,
  readOnly,
  replicaLate,
  replicaStopped,
  shortOplog,
  unhealthyCluster,
  waitingChain,
  waitingSessions,
  withoutPrimary,
} from './store-answer-readers.ts';

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
    kind: 'lock-chain',
    shows: waitingChain,
    meaning: 'has sessions that wait for locks in a chain; at its root, holding the lock that blocks the others, is',
    confidence: 0.86,
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
    shows: (text, around) =>
      isContentCache(text, around)
        ? null
        : (atLimit(text, 'used_memory', 'maxmemory', 0.98) ??
          atLimit(text, 'used_memory_human', 'maxmemory_human', 0.98)),
    meaning: 'has used up its memory (maxmemory reached)',
    confidence: 0.8,
  },
  {
    kind: 'store-connections-full',
    shows: (text) =>
      atLimit(text, 'connected_clients', 'maxclients', 0.95) ??
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
    kind: 'prepared-transaction',
    shows: forgottenPrepared,
    meaning:
      'has a prepared transaction that nobody finished: it holds vacuum back, so transaction IDs run out (wraparound)',
    confidence: 0.86,
  },
  {
    kind: 'transaction-ids',
    shows: oldRows,
    meaning: 'runs out of transaction IDs (wraparound), vacuum is overdue',
    confidence: 0.84,
  },
  {
    kind: 'store-evicts',
    shows: evictedKeys,
    meaning: 'throws keys away because its memory is full (maxmemory, evictions)',
    confidence: 0.76,
  },
  {
    kind: 'big-key',
    shows: bigKey,
    meaning: 'holds a very big key, and commands on it block all clients',
    confidence: 0.76,
  },
  {
    kind: 'short-oplog',
    shows: shortOplog,
    meaning: 'has an oplog that covers too short a time, so secondaries that fall behind cannot catch up',
    confidence: 0.74,
  },
  {
    kind: 'idle-sessions',
    shows: idleAtLimit,
    meaning: 'has its connections taken by sessions that are idle (connection leak)',
    confidence: 0.78,
  },
  {
    kind: 'idle-sessions',
    shows: idleSessions,
    meaning: 'has its connections taken by sessions that are idle (a connection leak, if its limit is near)',
    confidence: 0.45,
  },
  {
    kind: 'cluster-unhealthy',
    shows: unhealthyCluster,
    meaning: 'says that its cluster is not healthy',
    confidence: 0.76,
    depth: DEPTH.workload,
  },
  ...MONGO_ANSWERS,
  ...MYSQL_ANSWERS,
  ...SEARCH_ANSWERS,
  ...BROKER_ANSWERS,
  ...COLUMN_STORE_ANSWERS,
  ...KEY_STORE_ANSWERS,
  ...MEMBER_ANSWERS,
];
