import type { Config } from '../../../src/shared/config.ts';
import type { Database } from '../../../src/shared/database/database.ts';
import { type Logger, silentLogger } from '../../../src/shared/logger.ts';
import { MAINTENANCE_QUEUE, openQueues, type Queues } from '../../../src/shared/queues.ts';
import { describeFault } from '../describe-fault.ts';
import { type Check, failed, type Line, ok } from './check.ts';

const OLDEST_REDIS = '6.2.0';
const PING_MS = 3_000;

/** The queues on Redis, through the connection that the fleet itself uses. */
export function checkRedis(config: Pick<Config, 'redisUrl'>): Check {
  return { what: 'queues', run: () => lookAtRedis(config) };
}

async function lookAtRedis(config: Pick<Config, 'redisUrl'>): Promise<Line[]> {
  const { host } = new URL(config.redisUrl!);
  const { logger, lastError } = rememberingLogger();
  const queues = openQueues(config, NO_DATABASE, logger);
  try {
    await queues.ping(PING_MS);
    return redisLines(await readInfo(queues), host);
  } catch (error) {
    const why = lastError() ?? describeFault(error);
    return [failed('queues', `Redis on ${host}: ${why}`, 'check REDIS_URL, and that the server runs')];
  } finally {
    await queues.close();
  }
}

/** With Redis the queues never look at the database. */
const NO_DATABASE = null as unknown as Database;

async function readInfo(queues: Queues): Promise<string> {
  const client = await queues.queue(MAINTENANCE_QUEUE).getBackend().client;
  return client.info();
}

/** Reads what Redis' INFO says of the settings that a queue depends on. */
export function redisLines(info: string, host: string): Line[] {
  const facts = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string]));
  const version = facts.get('redis_version') ?? 'of unknown version';
  const policy = facts.get('maxmemory_policy') ?? 'unknown';
  const name = `Redis ${version} on ${host}`;
  return [
    isOlder(version) ? failed('queues', name, `use Redis ${OLDEST_REDIS} or newer`) : ok('queues', name),
    policy === 'noeviction'
      ? ok('Redis maxmemory-policy', policy)
      : failed('Redis maxmemory-policy', `${policy} throws jobs away when memory runs out`, 'set it to noeviction'),
    facts.get('aof_enabled') === '1'
      ? ok('Redis appendonly', 'yes')
      : failed('Redis appendonly', 'no, so a restart of Redis empties the queues', 'set appendonly yes'),
  ];
}

function isOlder(version: string): boolean {
  return version.localeCompare(OLDEST_REDIS, 'en', { numeric: true }) < 0;
}

/** The connection tells only the log why it cannot be made. */
function rememberingLogger(): { logger: Logger; lastError: () => string | null } {
  let last: string | null = null;
  const warn: Logger['warn'] = (_message, fields) => {
    if (fields?.error) last = describeFault(fields.error);
  };
  return { logger: { ...silentLogger, warn }, lastError: () => last };
}
