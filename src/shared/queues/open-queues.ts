import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { fleetQueues } from './fleet-queues.ts';
import { postgresBackend } from './postgres-backend.ts';
import type { Queues } from './queues.ts';
import { redisBackend } from './redis-backend.ts';

/**
 * Opens the queues, and is the one place that chooses where: on Redis when `REDIS_URL` is given, else in the database. Connects
 * lazily, never throws. A connection to Redis that leaves a command unanswered for `socketTimeoutMs` is made anew.
 */
export function openQueues(
  { redis }: Pick<Config, 'redis'>,
  database: Database,
  logger: Logger,
  options: { socketTimeoutMs?: number } = {},
): Queues {
  return fleetQueues(logger, redis ? redisBackend(redis, logger, options) : postgresBackend(database));
}
