import { z } from 'zod';
import { answers, maybe, paged, pagedAnswers, refused, which } from './database-answers.ts';

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
