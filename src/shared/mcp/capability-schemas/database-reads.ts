import { z } from 'zod';
import { cursorInput, nextCursorOutput } from './paging.ts';

/**
 * Which of the configured databases is asked: by its name, or by what an alert calls it (a host, a service, a database, a pod). Without
 * either it is the only one there is.
 */
const which = {
  target: z.string().max(200).optional(),
  about: z.array(z.string().max(300)).min(1).max(20).optional(),
};

const maybe = z.number().nullable();

/** What is told of every database that was asked. `notes` say what could not be seen, and what to do about it. */
const head = { target: z.string(), version: z.string().nullable(), at: z.string(), notes: z.array(z.string()) };

/** A refusal of the server itself, which says how it is: no connection slot left, starting up, shutting down. */
const refused = z.object({ code: z.string(), message: z.string() }).nullable();

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

const answers = <T extends z.ZodRawShape>(shape: T) => z.object({ targets: z.array(z.object({ ...head, ...shape })) });

/** How many items of each target's list. */
const paged = (byDefault: number, max: number) => ({
  limit: z.number().int().min(1).max(max).default(byDefault),
  ...cursorInput,
});
/** `truncated` where the list of any target goes on. */
const pagedAnswers = <T extends z.ZodRawShape>(shape: T) =>
  answers(shape).extend({ truncated: z.boolean().optional(), ...nextCursorOutput });

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

export const redisInfo = {
  input: z.object(which),
  output: answers({
    refused,
    role: z.string().nullable(),
    uptimeSeconds: maybe,
    memory: z.object({
      usedBytes: maybe,
      /** 0 is no limit. */
      maxBytes: maybe,
      policy: z.string().nullable(),
      residentBytes: maybe,
      peakBytes: maybe,
      fragmentationRatio: maybe,
    }),
    clients: z.object({ connected: maybe, blocked: maybe, max: maybe }),
    stats: z.object({
      commandsPerSecond: maybe,
      evictedKeys: maybe,
      expiredKeys: maybe,
      rejectedConnections: maybe,
      hits: maybe,
      misses: maybe,
      errorReplies: maybe,
    }),
    persistence: z.object({
      loading: z.boolean(),
      lastSaveStatus: z.string().nullable(),
      lastAppendStatus: z.string().nullable(),
      changesSinceSave: maybe,
    }),
    replication: z.object({
      replicas: maybe,
      linkStatus: z.string().nullable(),
      lastContactSeconds: maybe,
      /** The replica that lags most, as the primary counts it. */
      largestLagSeconds: maybe,
    }),
    keyspace: z.array(z.object({ database: z.string(), keys: z.number(), withExpiry: z.number() })),
    errors: z.array(z.object({ kind: z.string(), count: z.number() })),
    /** Commands by the time that they took together. */
    commands: z.array(
      z.object({ command: z.string(), calls: z.number(), meanMicroseconds: z.number(), failed: z.number() }),
    ),
    latency: z.array(z.object({ event: z.string(), at: z.string(), latestMs: z.number(), maxMs: z.number() })),
    settings: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
};

export const redisSlowlog = {
  input: z.object({ ...which, ...paged(50, 128) }),
  output: pagedAnswers({
    /** Commands that take longer are recorded; null where it may not be read. */
    thresholdMicroseconds: maybe,
    entries: z.array(
      z.object({
        at: z.string(),
        durationMs: z.number(),
        /** The command with its key's shape and the number of its arguments, without values. */
        command: z.string(),
        client: z.string().nullable(),
      }),
    ),
  }),
};

export const redisClients = {
  input: z.object({ ...which, ...paged(20, 200) }),
  output: pagedAnswers({
    total: z.number(),
    byClient: z.array(
      z.object({
        address: z.string(),
        name: z.string().nullable(),
        user: z.string().nullable(),
        count: z.number(),
        blocked: z.number(),
        longestIdleSeconds: z.number(),
        outputBytes: z.number(),
        lastCommand: z.string().nullable(),
      }),
    ),
  }),
};
