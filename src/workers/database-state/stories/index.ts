import type { StoryTeller } from '../story.ts';
import { slowApplier } from './applier-stories.ts';
import { failover, restart, unusable } from './availability.ts';
import { evictedByForever } from './cache-stories.ts';
import { droppedIndex } from './dropped-index.ts';
import { formerPrimary } from './former-primary.ts';
import { superfluousIndexes } from './index-stories.ts';
import { endlessBinlogs, stuckArchiver, unreusedLog } from './kept-logs.ts';
import { capacity, credits, evictions, throttling } from './limits.ts';
import { logGone } from './log-gone.ts';
import { maintenance } from './maintenance.ts';
import { path } from './path.ts';
import { correlatedSubquery, missingIndex } from './plan-stories.ts';
import { openReadView } from './read-view.ts';
import { lag, replicationStopped } from './replication.ts';
import { cpu, io, memory } from './resources.ts';
import { tableScan } from './scan-stories.ts';
import {
  printedFullServer,
  printedHeavyStatement,
  printedIdleTransaction,
  printedLockWaits,
  printedStandbyLag,
} from './session-answers.ts';
import { connections, locks } from './sessions.ts';
import { credentials, parameter } from './settings.ts';
import { unreadSlot } from './slots.ts';
import { slowStoreCommands } from './slow-commands.ts';
import { sortsOnDisk } from './spill-stories.ts';
import { query, writes } from './statements.ts';
import { staleStatistics } from './statistics-stories.ts';
import { storage } from './storage.ts';
import { oldTransaction, transactionIds } from './transactions.ts';
import { vacuumHeldBack } from './vacuum-stories.ts';
import { usedUpCredits } from './volume-credits.ts';
import { archivingFails } from './wal-archiving.ts';

/** Every story that the metrics, the load and the events of a server can tell. */
export const STORIES: readonly StoryTeller[] = [
  failover,
  restart,
  unusable,
  path,
  storage,
  unreadSlot,
  maintenance,
  locks,
  connections,
  lag,
  replicationStopped,
  query,
  writes,
  io,
  cpu,
  memory,
  credits,
  capacity,
  throttling,
  evictions,
  parameter,
  credentials,
  oldTransaction,
  transactionIds,
  droppedIndex,
  missingIndex,
  tableScan,
  correlatedSubquery,
  staleStatistics,
  superfluousIndexes,
  vacuumHeldBack,
  slowApplier,
  evictedByForever,
  printedLockWaits,
  printedIdleTransaction,
  printedFullServer,
  printedStandbyLag,
  printedHeavyStatement,
  formerPrimary,
  sortsOnDisk,
  slowStoreCommands,
  openReadView,
  usedUpCredits,
  archivingFails,
  unreusedLog,
  stuckArchiver,
  endlessBinlogs,
  logGone,
];
