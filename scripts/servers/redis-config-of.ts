import { loadConfig } from '../../src/shared/config.ts';
import type { RedisConfig } from '../../src/shared/redis-config.ts';

/** What the fleet makes of a REDIS_URL; throws what it would. */
export function redisConfigOf(url: string): RedisConfig {
  return loadConfig({ DATABASE_URL: 'postgres://localhost/unused', REDIS_URL: url }).redis!;
}
