import { expect } from 'chai';
import { kindIn, toldIn } from './told-by.ts';

const tabs = (values: Record<string, number>): string =>
  `Variable_name\tValue\n${Object.entries(values)
    .map((pair) => pair.join('\t'))
    .join('\n')}`;
const boxed = (values: Record<string, number>): string => {
  const rule = `+${'-'.repeat(40)}+${'-'.repeat(16)}+`;
  const rows = Object.entries(values).map(([name, value]) => `| ${name.padEnd(38)} | ${String(value).padEnd(14)} |`);
  return [rule, `| ${'Variable_name'.padEnd(38)} | ${'Value'.padEnd(14)} |`, rule, ...rows, rule].join('\n');
};

for (const [form, printed] of Object.entries({ tabs, boxed }))
  describe(`the counters of MySQL (${form})`, () => {
    it('tell clients at a limit that another answer or the same one holds', () => {
      const clients = printed({ Threads_cached: 0, Threads_connected: 398, Threads_running: 4 });
      expect(kindIn(clients, printed({ max_connections: 400 }))).to.equal('store-connections-full');
      expect(kindIn(clients, printed({ max_connections: 900 }))).to.equal(null);
      expect(kindIn(printed({ Threads_connected: 90, max_connections: 90 }))).to.equal('store-connections-full');
    });

    it('tell sessions that wait for rows now, or that grew in number while each waited for long', () => {
      expect(kindIn(printed({ Innodb_row_lock_current_waits: 17 }))).to.equal('sessions-blocked');
      expect(kindIn(printed({ Innodb_row_lock_current_waits: 0, Innodb_row_lock_waits: 81_223 }))).to.equal(null);
      const reading = (waits: number, ms: number) =>
        printed({ Innodb_row_lock_time: ms, Innodb_row_lock_waits: waits });
      expect(kindIn(`${reading(100, 5000)}\n${reading(190, 905_000)}`)).to.equal('sessions-blocked');
      expect(kindIn(`${reading(100, 5000)}\n${reading(190, 6000)}`)).to.equal(null);
    });

    it('tell a pool without free pages that misses much, and not one that is merely full', () => {
      const pool = (waited: number, reads: number) =>
        printed({
          Innodb_buffer_pool_pages_free: 0,
          Innodb_buffer_pool_read_requests: 9_000_000,
          Innodb_buffer_pool_reads: reads,
          Innodb_buffer_pool_wait_free: waited,
        });
      expect(kindIn(pool(44_120, 2_100_000))).to.equal('small-pool');
      expect(kindIn(pool(0, 2_100_000))).to.equal(null);
      expect(kindIn(pool(44_120, 9000))).to.equal(null);
    });

    it('tell temporary tables of which most go to the disk', () => {
      const tables = (disk: number) => printed({ Created_tmp_disk_tables: disk, Created_tmp_tables: 2_000_000 });
      expect(kindIn(tables(1_900_000))).to.equal('spilled-tables');
      expect(kindIn(tables(210_000))).to.equal(null);
    });
  });

describe('the monitor of InnoDB', () => {
  const monitor = (seconds: number) =>
    `SEMAPHORES\n----------\n--Thread 1402 has waited at row0ins.cc line 2511 for ${seconds} seconds the semaphore:\nX-lock on RW-latch at 0x7f\n`;

  it('tells threads that wait for a latch, unless they just began to', () => {
    expect(kindIn(monitor(412))).to.equal('latch-waits');
    expect(toldIn(monitor(412))).to.include('row0ins.cc line 2511 for 412 seconds');
    expect(kindIn(monitor(1))).to.equal(null);
  });

  it('remembers a deadlock for as long as the server lives, so its times tell whether it is of now', () => {
    const remembered = (time: string) =>
      `2031-04-02 10:31:02 0x7f INNODB MONITOR OUTPUT\nLATEST DETECTED DEADLOCK\n------------------------\n${time} 0x7e\n*** (1) TRANSACTION:\nupdate seat\n*** WE ROLL BACK TRANSACTION (1)\n`;
    expect(kindIn(remembered('2031-04-02 10:20:41'))).to.equal('deadlock');
    expect(kindIn(remembered('2031-03-11 02:20:41'))).to.equal(null);
  });
});
