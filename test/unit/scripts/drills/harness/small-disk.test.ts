import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { canMount, fillDisk, mountSmallDisk } from '../../../../../scripts/drills/harness/small-disk.ts';

// Without the right to mount there is nothing to be tested: the drill that needs it says so then.
if (canMount())
  describe('a small disk', () => {
    it('takes not one byte more when it is full, and has room again when the filler is gone', () => {
      const disk = mountSmallDisk(1);
      try {
        const write = () => writeFileSync(join(disk.folder, 'data'), 'x');
        const filler = fillDisk(disk.folder);
        expect(write).to.throw(/ENOSPC/);
        filler.remove();
        write();
      } finally {
        disk.unmount();
      }
    });
  });
