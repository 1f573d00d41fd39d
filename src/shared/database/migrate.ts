import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assertSchemaCompatibility, runMigrations as runBullmqMigrations } from 'bullmq';
import type Postgrator from 'postgrator';
import { FleetError } from '../errors.ts';
import type { Database, MigrationSession } from './database.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));
const SCHEMA_TABLE = 'rca_fleet.schema_version';

/** Where the schema stands; `pending` are the files that the next `up` would run, oldest first. */
export type MigrationStatus = { version: number; latest: number; pending: string[] };

/**
 * Brings the schema to `target` (the latest when left out; lower runs the undo files), in one transaction, together with
 * BullMQ's own tables. Returns the names of the files that ran. Many processes may call it at once: one of them works.
 * Throws FleetError `config_invalid` for a schema that a newer program has made, and for a version that does not exist.
 */
export async function migrate(database: Database, target?: number): Promise<string[]> {
  return database.withMigrationSession(async (session) => {
    await assertWithinReach(session, target);
    await session.query('create schema if not exists bullmq');
    await runBullmqMigrations(session as never, 'bullmq');
    // BullMQ's migrations leave the search path of the session as they please; the embedded database has one session.
    await session.query(database.kind === 'embedded' ? 'set search_path = bullmq' : 'reset search_path');
    await session.query('begin');
    try {
      const tool = await postgrator(session);
      const done = await tool.migrate(target === undefined ? 'max' : String(target));
      await session.query('commit');
      return done.map((migration) => `${migration.version}.${migration.action}.${migration.name}`);
    } catch (error) {
      await session.query('rollback').catch(() => undefined);
      throw error;
    }
  });
}

/** Reads where the schema stands, changing nothing; `target` plans a move to that version (dry run). */
export async function migrationStatus(database: Database, target?: number): Promise<MigrationStatus> {
  return database.withMigrationSession(async (session) => {
    const tool = await postgrator(session);
    await tool.getMigrations();
    const version = await tool.getDatabaseVersion();
    const latest = await tool.getMaxVersion();
    const pending = tool.getRunnableMigrations(version, target ?? latest);
    return { version, latest, pending: pending.map((item) => `${item.version}.${item.action}.${item.name}`) };
  });
}

/**
 * Throws FleetError `config_invalid` when this program cannot work with the schema: older means that `npm run migrate` is
 * due. A newer one is fine as long as it says that programs of our version can live with it, so that in a rollout old and
 * new programs run side by side, and an old one that ends can start again.
 */
export async function assertMigrated(database: Database): Promise<void> {
  const latest = latestVersion();
  const version = await currentVersion(database);
  if (version < latest) {
    throw new FleetError(
      'config_invalid',
      `the database schema is at version ${version}, this program needs ${latest}: run "npm run migrate"`,
    );
  }
  if (version > latest && latest < (await oldestProgram(database))) throw newerSchema(version, latest);
  await assertSchemaCompatibility(database.queuePool() as never, 'bullmq');
}

/** The version of the newest file, the one this program was written for. */
function latestVersion(): number {
  return Math.max(...readdirSync(MIGRATIONS).map((name) => Number.parseInt(name, 10) || 0));
}

/** What the database says of itself, 0 where nothing was migrated. */
async function currentVersion(database: Database): Promise<number> {
  const [known] = await database.query<{ table: string | null }>('select to_regclass($1)::text as table', [
    SCHEMA_TABLE,
  ]);
  if (!known?.table) return 0;
  const [row] = await database.query<{ version: number }>(`select max(version)::int as version from ${SCHEMA_TABLE}`);
  return row?.version ?? 0;
}

/**
 * The oldest version of our schema whose programs can work on what is there, as the comment on the schema says it
 * (`oldest program: 4`); infinite where nothing is said.
 */
async function oldestProgram(database: Database): Promise<number> {
  const [row] = await database.query<{ comment: string | null }>(
    `select obj_description('rca_fleet'::regnamespace, 'pg_namespace') as comment`,
  );
  const stated = /oldest program: (\d+)/.exec(row?.comment ?? '')?.[1];
  return stated === undefined ? Number.POSITIVE_INFINITY : Number(stated);
}

/** Without the files of a newer schema nothing can be said about what is above ours, nor undone. */
async function assertWithinReach(session: MigrationSession, target: number | undefined): Promise<void> {
  const tool = await postgrator(session);
  const latest = await tool.getMaxVersion();
  const version = await tool.getDatabaseVersion();
  if (version > latest) throw newerSchema(version, latest);
  if (target === undefined || (Number.isInteger(target) && target >= 0 && target <= latest)) return;
  throw new FleetError(
    'config_invalid',
    `there is no schema version ${target}: give a whole number from 0 to ${latest}`,
  );
}

function newerSchema(version: number, latest: number): FleetError {
  const message = `the database schema is at version ${version}, this program knows ${latest}: start the newer program`;
  return new FleetError('config_invalid', message);
}

/** Loaded only where a schema is read or changed as a whole: every worker would carry 1 MB of sources otherwise. */
async function postgrator(session: MigrationSession): Promise<Postgrator> {
  const { default: Tool } = await import('postgrator');
  return new Tool({
    driver: 'pg',
    migrationPattern: `${MIGRATIONS}*.sql`,
    schemaTable: SCHEMA_TABLE,
    execQuery: async (text) => ({ rows: (await session.query(text)).rows }),
    execSqlScript: async (text) => void (await session.query(text)),
  });
}
