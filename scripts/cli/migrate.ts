import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/shared/config.ts';
import type { Database } from '../../src/shared/database/database.ts';
import { type MigrationStatus, migrate, migrationStatus } from '../../src/shared/database/migrate.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { defineCommand, type Io, UsageError } from './command.ts';
import { describeFault } from './describe-fault.ts';
import { destructiveStatements, droppedTable, migrationSql } from './migration-files.ts';

const USAGE = `Brings the database schema up to date, back, or says where it stands.

  npm run migrate -- [up | down | status] [--to N] [--dry-run [--sql]]

  up         to the latest version, or to version N (this is what happens when nothing is said)
  down       back to version N, which drops tables with what they hold: --to N must be given
  status     prints the version, the latest version and what is pending

  --to N     the version to stop at; 0 is an empty schema
  --dry-run  prints the files that would run and changes nothing
  --sql      prints their SQL as well

It works on DATABASE_URL, or on the embedded database under DATA_DIR while no fleet runs on it. BullMQ's own tables are
brought up to date with ours. Exit codes: 0 done, 1 failed, 2 wrong use.`;

const ACTIONS = ['up', 'down', 'status'] as const;
type Action = (typeof ACTIONS)[number];
type Wish = { action: Action; to: number | undefined; dryRun: boolean; sql: boolean };

/** `npm run migrate`: see its usage. */
export const migrateCommand = defineCommand({
  name: 'migrate',
  usage: USAGE,
  options: { to: { type: 'string' }, 'dry-run': { type: 'boolean' }, sql: { type: 'boolean' } },
  async run(values, positionals, io) {
    const wish = readWish(positionals, values.to, values['dry-run'] ?? false, values.sql ?? false);
    const config = loadConfig(io.environment);
    const database = await openForMigration(config, wish);
    try {
      await database.query('select 1');
      return await fulfil(wish, database, io);
    } catch (error) {
      throw asDatabaseFault(error);
    } finally {
      await database.close();
    }
  },
});

function readWish(positionals: string[], to: string | undefined, dryRun: boolean, sql: boolean): Wish {
  const [given = 'up', ...more] = positionals;
  const action = ACTIONS.find((name) => name === given);
  if (!action || more.length > 0) throw new UsageError(`give one of ${ACTIONS.join(', ')}`);
  if (action === 'status' && (to !== undefined || dryRun || sql)) throw new UsageError('status takes no options');
  if (sql && !dryRun) throw new UsageError('--sql goes with --dry-run');
  if (to !== undefined && !/^\d{1,6}$/.test(to)) throw new UsageError(`--to wants a version number, not "${to}"`);
  if (action === 'down' && to === undefined)
    throw new UsageError('down needs --to N, the version to go back to: what is above it is dropped');
  return { action, to: to === undefined ? undefined : Number(to), dryRun, sql };
}

/** Who only looks must not make the embedded database: for a directory that is not there stands one that holds nothing. */
async function openForMigration(config: Config, { action, dryRun }: Wish): Promise<Database> {
  const onlyLooks = action === 'status' || dryRun;
  const absent = !config.databaseUrl && !existsSync(join(config.dataDir, 'postgres'));
  return onlyLooks && absent ? NOTHING_YET : await openDatabase(config, silentLogger);
}

/** Answers every question as an empty database does: with no rows. */
const NOTHING_YET: Database = {
  kind: 'embedded',
  query: async () => [],
  queuePool: () => {
    throw new FleetError('bug', 'a database that is not there has no queues');
  },
  withMigrationSession: (work) => work({ query: async () => ({ rows: [] }) }),
  close: async () => {},
};

async function fulfil(wish: Wish, database: Database, io: Io): Promise<number> {
  const status = await migrationStatus(database, wish.to);
  if (wish.action === 'status') return printStatus(status, database, io);
  checkDirection(wish, status);
  if (status.pending.length === 0) io.out(`nothing to do: the schema is at version ${status.version}`);
  if (wish.dryRun) return printPlan(wish, status, io);
  if (wish.action === 'down') await sayLosses(status, database, io);
  // Without a pending file of ours BullMQ's tables may still be due.
  const done = wish.action === 'up' || status.pending.length > 0 ? await migrate(database, wish.to) : [];
  for (const name of done) io.out(`done: ${name}`);
  if (done.length > 0) io.out(`the schema is at version ${(await migrationStatus(database)).version}`);
  return 0;
}

async function printStatus({ version, latest, pending }: MigrationStatus, database: Database, io: Io): Promise<number> {
  const [row] = await database.query<{ made: boolean }>(`select to_regclass('bullmq.migration') is not null as made`);
  io.out(`version:  ${version}`);
  io.out(`latest:   ${latest}`);
  io.out(`pending:  ${pending.join(', ') || 'nothing'}`);
  io.out(`queues:   ${row?.made ? "BullMQ's tables are there" : "BullMQ's tables are not there yet: up makes them"}`);
  return 0;
}

/** The library goes wherever it is told: "up" must never drop a table. */
function checkDirection({ action, to }: Wish, { version, latest }: MigrationStatus): void {
  if (to === undefined) return;
  if (to > latest) throw new UsageError(`--to ${to}: this program knows versions 0 to ${latest}`);
  if (action === 'up' && to < version) throw new UsageError(`the schema is at version ${version}: use down --to ${to}`);
  if (action === 'down' && to > version) throw new UsageError(`the schema is at version ${version}: use up --to ${to}`);
}

function printPlan({ sql }: Wish, { pending }: MigrationStatus, { out }: Io): number {
  for (const name of pending) {
    out(`would run: ${name}`);
    const text = migrationSql(name);
    if (sql) out(text.replace(/^/gm, '    '));
    else for (const statement of destructiveStatements(text)) out(`    ${statement}`);
  }
  return 0;
}

async function sayLosses({ pending }: MigrationStatus, database: Database, { out }: Io): Promise<void> {
  for (const statement of pending.map(migrationSql).flatMap(destructiveStatements)) {
    const table = droppedTable(statement);
    const [row] = table ? await database.query<{ rows: number }>(`select count(*)::int as rows from ${table}`) : [];
    out(row ? `${statement} (${row.rows} rows)` : statement);
  }
}

/** What PostgreSQL itself refuses (login, rights, a missing database) is the operator's to mend and needs no stack. */
function asDatabaseFault(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof FleetError || error instanceof UsageError || typeof code !== 'string') return error;
  return new FleetError('store_unavailable', `the database refuses: ${describeFault(error)} (${code})`, {
    cause: error,
  });
}
