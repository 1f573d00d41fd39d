import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockDirectory } from '../../../../src/shared/database/directory-lock.ts';

const MODULE = new URL('../../../../src/shared/database/directory-lock.ts', import.meta.url).href;

describe('the lock on a directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes the directory, refuses a second holder at once, and is free again when it is given back', () => {
    const inside = join(folder, 'deep', 'data');
    const unlock = lockDirectory(inside);
    expect(() => lockDirectory(inside))
      .to.throw(/in use by another process: stop that one/)
      .with.property('code', 'directory_locked');
    unlock();
    unlock();
    lockDirectory(inside)();
  });

  it('is given back by the system when its process is killed with -9', async () => {
    const script = `
      import { lockDirectory } from '${MODULE}';
      lockDirectory(${JSON.stringify(folder)});
      process.stdout.write('locked');
      setInterval(() => {}, 1_000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(holder.stdout, 'data');
    expect(() => lockDirectory(folder)).to.throw(/in use/);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    lockDirectory(folder)();
  });
});
