import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a fixed size that holds nothing else. */
export type SmallDisk = { folder: string; unmount(): void };

/** Mounts one in memory; throws where this process may not mount anything. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    throw new Error(`no disk of its own can be mounted here: ${mounted.stderr ?? mounted.error}`);
  }
  const unmount = () => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', unmount);
  return {
    folder,
    unmount: () => {
      process.off('exit', unmount);
      unmount();
    },
  };
}

/** Whether `mountSmallDisk` works here; it needs root and the right to mount. */
export function canMount(): boolean {
  try {
    mountSmallDisk(1).unmount();
    return true;
  } catch {
    return false;
  }
}

const BLOCK = Buffer.alloc(64 * 1024);

/** Writes a file until not one byte more fits on its disk; `remove` makes room again. */
export function fillDisk(folder: string): { remove(): void } {
  const file = join(folder, 'filler');
  const handle = openSync(file, 'w');
  try {
    for (let size = BLOCK.length; size >= 1; ) {
      try {
        writeSync(handle, BLOCK, 0, size);
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(handle);
  }
  return { remove: () => rmSync(file, { force: true }) };
}
