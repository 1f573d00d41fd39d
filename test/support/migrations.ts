import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../src/shared/database/migrations');

/** The names of our migrations as the commands print them, in order. */
export const MIGRATIONS = readdirSync(FOLDER)
  .filter((file) => file.includes('.do.'))
  .map((file) => file.replace(/^0+/, '').replace(/\.sql$/, ''));

/** The version of the schema after all of them. */
export const VERSION = MIGRATIONS.length;
