import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from './database.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

/** The database that the configuration asks for: a server with `DATABASE_URL`, else the embedded one under `DATA_DIR`. */
export async function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>, logger: Logger): Promise<Database> {
  return config.databaseUrl
    ? openPostgresDatabase(config.databaseUrl, logger)
    : await openEmbeddedDatabase(config.dataDir);
}
