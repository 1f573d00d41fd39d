import { loadConfig } from '../../src/shared/config.ts';
import { migrate } from '../../src/shared/database/migrate.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { createMetrics } from '../../src/shared/metrics.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { createStore } from '../../src/shared/store/store.ts';
import { type Backend, preparedBackend } from './backends.ts';

/** Database, store and queues on a fresh backend, without any role of the fleet; `more` goes before its environment. */
export async function openTestStore(backend: Backend, more: Record<string, string> = {}) {
  const fresh = await preparedBackend(backend);
  const environment = { ...fresh.environment, ...more };
  const config = loadConfig(environment);
  const database = await openDatabase(config, silentLogger);
  await migrate(database);
  const queues = openQueues(config, database, silentLogger);
  return {
    config,
    environment,
    database,
    queues,
    store: createStore(database),
    metrics: createMetrics(),
    logger: silentLogger,
    close: async () => {
      await queues.close();
      await database.close();
      await fresh.remove();
    },
  };
}

export type TestStore = Awaited<ReturnType<typeof openTestStore>>;
