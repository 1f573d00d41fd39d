import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CASES = resolve(import.meta.dirname, '../../../shared/cases');

/** The absolute path of something in the real cases beside the repository, null where they are absent. */
export function sharedCases(relative: string): string | null {
  const path = join(CASES, relative);
  return existsSync(path) ? path : null;
}
