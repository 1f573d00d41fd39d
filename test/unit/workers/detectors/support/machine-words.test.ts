import { expect } from 'chai';
import { machineTrouble } from '../../../../../src/workers/detectors/support/machine-words.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { minute, said } from './courses-fixture.ts';

const seen = (...lines: [number, string, string?, string?][]) =>
  input('menu is slow', [said([3, 'dish served'], [30, 'dish served'], ...lines)], {
    service: 'menu',
    startsAt: new Date(minute(80)).toISOString(),
  });
const trouble = (body: string, service = 'store-12') =>
  machineTrouble(seen([75, body, service, 'ERROR']), ['store-12'])?.what;

describe('what a machine says of its hardware', () => {
  const SAID: [string, string][] = [
    ['kernel: Buffer I/O error on dev sdb1, logical block 81234, lost async page write', 'its disk fails'],
    ['smartd: Device: /dev/sda, 24 Currently unreadable (pending) sectors', 'its disk fails'],
    ['smartd: Device: /dev/sdb, FAILED SMART self-check. BACK UP DATA NOW!', 'its disk fails'],
    ['kernel: sd 2:0:0:0: [sdc] Sense Key : Medium Error [current]', 'its disk fails'],
    ['kernel: nvme nvme0: I/O 712 QID 4 timeout, aborting', 'its disk fails'],
    ['kernel: EXT4-fs (sdb1): Remounting filesystem read-only', 'its file system has failed'],
    [
      'kernel: EDAC MC0: 14 CE memory read error on CPU_SrcID',
      'its memory or processor reports errors of the hardware',
    ],
    ['kernel: NETDEV WATCHDOG: eno1 (ixgbe): transmit queue 3 timed out', 'its network card or the link of it fails'],
    ['kernel: NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.', 'its graphics processor fails'],
  ];

  for (const [body, what] of SAID)
    it(`is read from "${body.slice(0, 40)}"`, () => expect(trouble(body)).to.equal(what));

  it('is told of it by another who names it', () => {
    expect(trouble('node store-12: kernel: blk_update_request: critical medium error, dev sdc', 'watcher')).to.equal(
      'its disk fails',
    );
    expect(trouble('node store-13: kernel: blk_update_request: critical medium error, dev sdc', 'watcher')).to.equal(
      undefined,
    );
  });

  it('is none of what programs say of their own input and output, nor what it always says', () => {
    expect(trouble('java.io.IOException: I/O error on GET request for "http://stock/7": Connection reset')).to.equal(
      undefined,
    );
    for (const body of [
      'import: 3 corrected rows, 1 error',
      'smart-routing failed to load its table',
      'severity medium error budget is nearly spent',
      'machine check-in of fork lift 7 failed',
      'spell checker: 12 corrected errors',
    ])
      expect(trouble(body), body).to.equal(undefined);
    const always = 'smartd: Device: /dev/sda, 24 Currently unreadable (pending) sectors';
    const lines = [5, 25, 75].map((index): [number, string, string] => [index, always, 'store-12']);
    expect(machineTrouble(seen(...lines), ['store-12'])).to.equal(null);
  });
});
