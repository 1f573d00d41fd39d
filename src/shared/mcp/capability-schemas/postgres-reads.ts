import { z } from 'zod';
import { answers, maybe, paged, pagedAnswers, refused, which } from './database-answers.ts';

/** One session; its statement has no values in it. Ages in seconds. */
const session = z.object({
  pid: z.number(),
  database: z.string().nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  state: z.string().nullable(),
  /** `type:event` as PostgreSQL names what it waits for. */
  wait: z.string().nullable(),
  transactionSeconds: maybe,
  /** Since the statement began; of a session that is idle, since its last one did. */
  statementSeconds: maybe,
  /** Since its state changed: how long it is idle, or idle in its transaction. */
  stateSeconds: maybe,
  statement: z.string(),
  blockedBy: z.array(z.number()),
});
export type PostgresSession = z.infer<typeof session>;

export const postgresActivity = {
  input: z.object({ ...which, ...paged(20, 200) }),
  output: pagedAnswers({
    refused,
    inRecovery: z.boolean().nullable(),
    maxConnections: maybe,
    /** Slots that ordinary users cannot have. */
    reservedConnections: maybe,
    connections: maybe,
    byState: z.array(z.object({ state: z.string(), count: z.number() })),
    byClient: z.array(
      z.object({
        user: z.string().nullable(),
        application: z.string().nullable(),
        database: z.string().nullable(),
        count: z.number(),
        active: z.number(),
        idle: z.number(),
        idleInTransaction: z.number(),
      }),
    ),
    waits: z.array(z.object({ wait: z.string(), count: z.number() })),
    /** The sessions with the longest transactions first. */
    sessions: z.array(session),
  }),
};

export const postgresLocks = {
  input: z.object({ ...which, ...paged(50, 200) }),
  output: pagedAnswers({
    /** Sessions that wait for a lock, and for how long the one that waits longest does. */
    waiting: z.number(),
    longestWaitSeconds: maybe,
    /** Each session that blocks others and waits for none itself, with all that wait for it. */
    chains: z.array(
      z.object({
        root: session,
        blocked: z.array(
          session.extend({
            /** 1 waits for the root itself, 2 for one of those. */
            depth: z.number(),
            waitSeconds: maybe,
            lock: z.string().nullable(),
            relation: z.string().nullable(),
          }),
        ),
        /** How many wait behind the root, also those that the limit leaves out. */
        blockedCount: z.number(),
      }),
    ),
  }),
};

export const postgresStatements = {
  input: z.object({
    ...which,
    order: z.enum(['total', 'mean']).default('total'),
    ...paged(15, 100),
  }),
  output: pagedAnswers({
    /** Whether the extension pg_stat_statements answers. */
    recorded: z.boolean(),
    since: z.string().nullable(),
    statements: z.array(
      z.object({
        queryId: z.string().nullable(),
        database: z.string().nullable(),
        user: z.string().nullable(),
        statement: z.string(),
        calls: z.number(),
        meanMs: z.number(),
        maxMs: z.number(),
        totalMs: z.number(),
        /** Of the time of all recorded statements. */
        sharePercent: z.number(),
        rows: z.number(),
        /** Blocks found in memory; null where none was read. */
        cacheHitPercent: maybe,
        temporaryBytes: z.number(),
      }),
    ),
    /** Statements that run now, the longest first. */
    running: z.array(session),
  }),
};

export const postgresReplication = {
  input: z.object(which),
  output: answers({
    role: z.enum(['primary', 'standby']),
    replicas: z.array(
      z.object({
        application: z.string().nullable(),
        client: z.string().nullable(),
        state: z.string().nullable(),
        syncState: z.string().nullable(),
        lagBytes: maybe,
        replayLagSeconds: maybe,
      }),
    ),
    slots: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        active: z.boolean(),
        /** reserved, extended, unreserved or lost. */
        walStatus: z.string().nullable(),
        retainedBytes: maybe,
      }),
    ),
    standby: z
      .object({
        /** Null where no receiver runs: the standby is cut off. */
        receiver: z.string().nullable(),
        replayPaused: z.boolean(),
        /** Age of the last transaction replayed; 0 where all that was received is replayed. */
        replayDelaySeconds: maybe,
        unreplayedBytes: maybe,
      })
      .nullable(),
  }),
};

export const postgresSizes = {
  input: z.object({ ...which, ...paged(20, 100) }),
  output: pagedAnswers({
    databases: z.array(z.object({ name: z.string(), bytes: maybe, transactionIdAge: z.number() })),
    walBytes: maybe,
    /** At this age of a transaction id the server forces a vacuum. */
    freezeMaxAge: z.number(),
    /** The largest tables of the database that is connected to, by the estimates of the last vacuum or analyze. */
    tables: z.array(
      z.object({
        table: z.string(),
        bytes: z.number(),
        indexBytes: z.number(),
        liveRows: z.number(),
        deadRows: z.number(),
        deadPercent: maybe,
        /** Estimated from the width of its rows; null where the statistics cannot be read. */
        bloatBytes: maybe,
        lastVacuum: z.string().nullable(),
        lastAnalyze: z.string().nullable(),
        transactionIdAge: z.number(),
      }),
    ),
  }),
};

export const postgresServer = {
  input: z.object(which),
  output: answers({
    startedAt: z.string(),
    settings: z.array(z.object({ name: z.string(), value: z.string(), unit: z.string().nullable() })),
    checkpoints: z.object({
      timed: z.number(),
      /** Asked for by the WAL: many of them mean that max_wal_size is small for the writes. */
      requested: z.number(),
      writeMs: z.number(),
      syncMs: z.number(),
      buffersWritten: z.number(),
      since: z.string().nullable(),
    }),
    databases: z.array(
      z.object({
        name: z.string(),
        commits: z.number(),
        rollbacks: z.number(),
        deadlocks: z.number(),
        conflicts: z.number(),
        temporaryBytes: z.number(),
        cacheHitPercent: maybe,
        since: z.string().nullable(),
      }),
    ),
    archiver: z.object({
      archived: z.number(),
      failed: z.number(),
      lastFailedAt: z.string().nullable(),
      lastArchivedAt: z.string().nullable(),
    }),
  }),
};
