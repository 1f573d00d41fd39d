import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PARTS = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const MIGRATIONS = join('src', 'shared', 'database', 'migrations');
const JOBS = join('src', 'shared', 'queues', 'jobs.ts');
const JOB_VERSION = /export const JOB_VERSION: number = (\d+);/;

/** A program as the next release might be: the same code, a schema one version on, and jobs that older ones don't know. */
export type NewerProgram = {
  root: string;
  /** The schema version that it makes. */
  schema: number;
  /** Brings a database to its schema, as `npm run migrate` of that release does; throws with what the command said. */
  migrate(databaseUrl: string): void;
  remove(): void;
};

/** Everything that a migration may add while older programs are at work: columns, tables, words of a check. */
const EXPAND = (older: number) => `
alter table rca_fleet.incidents add column drill_score numeric;
alter table rca_fleet.alerts add column drill_note text not null default 'none';
create table rca_fleet.drill_notes (id uuid primary key, note jsonb not null);
alter table rca_fleet.incidents drop constraint incidents_state_check;
alter table rca_fleet.incidents add constraint incidents_state_check check (state in
  ('received', 'queued', 'investigating', 'triaged', 'reported', 'posted', 'suppressed', 'resolved_early', 'dead'));
comment on schema rca_fleet is 'oldest program: ${older}';
`;
const CONTRACT = `
comment on schema rca_fleet is null;
drop table rca_fleet.drill_notes;
alter table rca_fleet.alerts drop column drill_note;
alter table rca_fleet.incidents drop column drill_score;
`;

/** Writes it into a temporary folder; the dependencies are ours. */
export function makeNewerProgram(): NewerProgram {
  const root = mkdtempSync(join(tmpdir(), 'rca-fleet-newer-'));
  for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const older = readdirSync(join(root, MIGRATIONS)).filter((file) => file.includes('.do.')).length;
  const name = String(older + 1).padStart(3, '0');
  writeFileSync(join(root, MIGRATIONS, `${name}.do.next-release.sql`), EXPAND(older));
  writeFileSync(join(root, MIGRATIONS, `${name}.undo.next-release.sql`), CONTRACT);
  raiseJobVersion(join(root, JOBS));
  return {
    root,
    schema: older + 1,
    migrate: (databaseUrl) => {
      const done = spawnSync(process.execPath, ['scripts/bootstrap.mjs', 'scripts/migrate.ts'], {
        cwd: root,
        env: { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl },
        encoding: 'utf8',
        timeout: 60_000,
      });
      if (done.status !== 0) throw new Error(`migrating failed: ${done.stdout}${done.stderr}`);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function raiseJobVersion(file: string): void {
  const text = readFileSync(file, 'utf8');
  const version = JOB_VERSION.exec(text)?.[1];
  if (version === undefined) throw new Error(`${file} has no JOB_VERSION`);
  writeFileSync(file, text.replace(JOB_VERSION, `export const JOB_VERSION: number = ${Number(version) + 1};`));
}
