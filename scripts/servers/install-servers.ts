import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const POSTGRES_HOME = '/usr/lib/postgresql';

/** The full path of a server's program, or null: looks on the PATH and where Debian keeps PostgreSQL. */
export function findProgram(name: string): string | null {
  const versions = existsSync(POSTGRES_HOME) ? readdirSync(POSTGRES_HOME).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(POSTGRES_HOME, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Whether programs can be installed here: as root on Debian or Ubuntu. */
export const canInstall = (): boolean => process.getuid?.() === 0 && findProgram('apt-get') !== null;

/**
 * Makes sure that a program is there: as root on Debian or Ubuntu it is installed by apt-get. Null where that is not
 * possible; the caller says what it leaves out.
 */
export function ensureProgram(name: string, debianPackage: string): string | null {
  const found = findProgram(name);
  if (found) return found;
  if (!canInstall()) return null;
  console.error(`installing ${debianPackage} by apt-get (${name} is not on this machine) ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', debianPackage);
  return findProgram(name);
}

/** The user that may run PostgreSQL (it refuses root), or null when we are not root ourselves. */
export function unprivilegedUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one may exist.
    }
  }
  return null;
}
