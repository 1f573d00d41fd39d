import type { StoreAnswer } from '../store-answer.ts';
import {
  indexBuild,
  leftTransaction,
  lockedOut,
  longOperation,
  longScan,
  waitingOperations,
} from './mongo-operations.ts';
import { cacheUnderPressure, queuedOperations, ticketsUsedUp } from './mongo-status.ts';

/** What MongoDB answers to `db.currentOp()` and `db.serverStatus()`. */
export const MONGO_ANSWERS: readonly StoreAnswer[] = [
  {
    kind: 'lock-chain',
    shows: lockedOut,
    meaning: 'has operations that wait for a lock; the one that holds it and blocks the others is',
    confidence: 0.86,
  },
  {
    kind: 'open-transaction',
    shows: leftTransaction,
    meaning:
      'has a transaction that its client opened and left idle: it holds locks and old versions of documents, so writes of others conflict with it and are blocked',
    confidence: 0.82,
  },
  {
    kind: 'missing-index',
    shows: longScan,
    meaning: 'has operations that read a whole collection (COLLSCAN, collection scan), so an index is missing',
    confidence: 0.84,
  },
  {
    kind: 'sessions-blocked',
    shows: waitingOperations,
    meaning: 'has operations that wait for locks of others',
    confidence: 0.78,
  },
  {
    kind: 'index-build',
    shows: indexBuild,
    meaning: 'is building an index (createIndexes), which takes its disk, cache and processors from others',
    confidence: 0.76,
  },
  {
    kind: 'tickets-used-up',
    shows: ticketsUsedUp,
    meaning:
      'has no ticket of its storage engine (WiredTiger, concurrent transactions) left, so further operations queue',
    confidence: 0.8,
  },
  {
    kind: 'cache-pressure',
    shows: cacheUnderPressure,
    meaning:
      'has a cache (WiredTiger) that is full of changed or used pages, so the threads of clients must evict pages themselves before they go on',
    confidence: 0.78,
  },
  {
    kind: 'operations-queue',
    shows: queuedOperations,
    meaning: 'has a queue of operations that wait for their turn',
    confidence: 0.7,
  },
  {
    kind: 'long-operation',
    shows: longOperation,
    meaning: 'has an operation that runs for long',
    confidence: 0.62,
  },
];
