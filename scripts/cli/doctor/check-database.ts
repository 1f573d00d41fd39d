import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../../src/shared/config.ts';
import type { Database } from '../../../src/shared/database/database.ts';
import { openEmbeddedDatabase } from '../../../src/shared/database/embedded-database.ts';
import { assertMigrated, migrationStatus } from '../../../src/shared/database/migrate.ts';
import { openPostgresDatabase } from '../../../src/shared/database/postgres-database.ts';
import { FleetError } from '../../../src/shared/errors.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { describeFault } from '../describe-fault.ts';
import { type Check, failed, type Line, off, ok } from './check.ts';

const OLDEST_POSTGRES = 130_000;
const MOST_SKEW_MS = 5_000;

/** The database and, where they live in it, the queues. */
export function checkDatabase(config: Config): Check {
  const run = config.databaseUrl
    ? () => checkServer(config.databaseUrl!, config.redis === null)
    : () => checkEmbedded(config.dataDir);
  return { what: 'database', run };
}

async function checkServer(url: string, withQueues: boolean): Promise<Line[]> {
  const database = openPostgresDatabase(url, silentLogger);
  try {
    return [...(await lookAtServer(database, nameOf(url))), ...(withQueues ? await queueLines(database) : [])];
  } catch (error) {
    const lines = [
      failed('database', `${nameOf(url)}: ${describeFault(error)}`, 'check DATABASE_URL, and that the server runs'),
    ];
    return withQueues ? [...lines, off('queues', 'not checked (they are in the same database)')] : lines;
  } finally {
    await database.close();
  }
}

type Server = { now: number; version: string; number: number };

async function lookAtServer(database: Database, name: string): Promise<Line[]> {
  const asked = Date.now();
  const [server] = await database.query<Server>(
    `select extract(epoch from clock_timestamp())::float8 * 1000 as now, current_setting('server_version') as version,
            current_setting('server_version_num')::int as number`,
  );
  const between = (asked + Date.now()) / 2;
  return [versionLine(server!, name), clockLine(server!.now - between), await schemaLine(database)];
}

function versionLine({ version, number }: Server, name: string): Line {
  const detail = `PostgreSQL ${version} on ${name}`;
  return number >= OLDEST_POSTGRES
    ? ok('database', detail)
    : failed('database', detail, 'version 13 or newer is needed');
}

/** `skewMs` is how far the database's clock is ahead of this machine's. */
export function clockLine(skewMs: number): Line {
  const seconds = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return ok('clock', `the database's is ${seconds}`);
  return failed('clock', `the database's is ${seconds}`, 'let both take their time from the same NTP servers');
}

async function schemaLine(database: Database): Promise<Line> {
  const { version, latest } = await migrationStatus(database);
  if (version === latest) return ok('schema', `version ${version}`);
  const detail = `version ${version}, this program needs ${latest}`;
  return version < latest
    ? failed('schema', detail, 'run "npm run migrate"')
    : failed('schema', detail, 'start the newer program that has migrated it');
}

async function queueLines(database: Database): Promise<Line[]> {
  try {
    await assertMigrated(database);
    return [ok('queues', 'BullMQ on the same PostgreSQL (REDIS_URL is not set), its tables are there')];
  } catch (error) {
    // What is wrong with our own schema has its line already.
    if (error instanceof FleetError) return [off('queues', 'not checked (migrate the database first)')];
    return [failed('queues', describeFault(error), 'run "npm run migrate"')];
  }
}

/** An existing embedded database is opened, as a start would; one that is not there yet is not made. */
async function checkEmbedded(dataDir: string): Promise<Line[]> {
  const name = `embedded in ${dataDir}`;
  const queues = ok('queues', 'BullMQ on the embedded database');
  if (!existsSync(join(dataDir, 'postgres'))) return [notThereYet(name, dataDir), queues];
  try {
    const database = await openEmbeddedDatabase(dataDir);
    try {
      const [server] = await database.query<{ version: string }>(`select current_setting('server_version') as version`);
      return [ok('database', `PostgreSQL ${server!.version}, ${name}`), await embeddedSchemaLine(database), queues];
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof FleetError && error.code === 'directory_locked')
      return [ok('database', `${name}, in use by a running fleet (not looked into)`), queues];
    return [failed('database', `${name}: ${describeFault(error)}`, 'give another DATA_DIR, or set DATABASE_URL')];
  }
}

/** An older schema is no fault: the fleet migrates its embedded database at the start. */
async function embeddedSchemaLine(database: Database): Promise<Line> {
  const { version, latest } = await migrationStatus(database);
  return version < latest
    ? ok('schema', `version ${version}, the next start brings it to ${latest}`)
    : schemaLine(database);
}

function notThereYet(name: string, dataDir: string): Line {
  let parent = resolve(dataDir);
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK);
    return ok('database', `${name}, made at the first start`);
  } catch {
    return failed('database', `${name}: ${parent} cannot be written to`, 'give another DATA_DIR');
  }
}

/** The server without user and password. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
