import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FleetError } from '../errors.ts';

/** Locks in force: one that nothing refers to would be collected as garbage, and given back with that. */
const held = new Set<DatabaseSync>();

/**
 * Takes the directory for this process until the returned function is called or the process ends, however it ends: the
 * lock is SQLite's exclusive file lock, which the operating system gives back even after kill -9, so no stale lock file
 * is ever left. Throws FleetError `directory_locked` at once when another process (or this one) holds it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const lock = new DatabaseSync(join(directory, 'in-use.lock'));
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive;');
  } catch (error) {
    lock.close();
    throw new FleetError(
      'directory_locked',
      `the embedded database in ${directory} is in use by another process: stop that one, give this one another DATA_DIR, ` +
        'or set DATABASE_URL to a PostgreSQL server that many processes can share',
      { cause: error },
    );
  }
  held.add(lock);
  return () => {
    if (held.delete(lock)) lock.close();
  };
}
