import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/shared/database/embedded-database.ts';
import { migrate } from '../../src/shared/database/migrate.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'rca-fleet-test');
const DATABASE_SOURCE = join(ROOT, 'src', 'shared', 'database');

/**
 * Puts an embedded database with today's schema into the folder, copied from one that is made once for each state of the
 * migrations and the lock file: to create one anew costs seven seconds of processor time, and most tests begin with one.
 */
export async function copyEmbeddedTemplate(to: string): Promise<void> {
  cpSync(await templateFolder(), to, { recursive: true });
}

async function templateFolder(): Promise<string> {
  const folder = join(CACHE, `embedded-${stateOfSource()}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const own = mkdtempSync(join(CACHE, 'making-'));
  try {
    const database = await openEmbeddedDatabase(own);
    await migrate(database);
    await database.close();
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    // Another process of the suite has made the same one meanwhile.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function stateOfSource(): string {
  const state = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  const files = readdirSync(DATABASE_SOURCE, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) state.update(readFileSync(path));
  return state.digest('hex').slice(0, 16);
}
