import { expect } from 'chai';
import { kindIn, toldIn } from './told-by.ts';

const doctor = (event: string, ms: number) =>
  `Dave, I have observed latency spikes in this Redis instance.\n\n1. expire-cycle: 2 latency spikes (average 4ms, mean deviation 1ms, period 90.00 sec). Worst all time event 6ms.\n2. ${event}: 21 latency spikes (average ${ms}ms, mean deviation 12ms, period 3.00 sec). Worst all time event 4122ms.\n`;

describe('what Redis answers of its latency', () => {
  it('is told by the event that takes longest', () => {
    expect(kindIn(doctor('aof-write-pending-fsync', 912))).to.equal('slow-storage');
    expect(kindIn(doctor('fork', 640))).to.equal('slow-fork');
    expect(kindIn(doctor('command', 300))).to.equal('slow-commands');
    expect(kindIn(doctor('eviction-del', 180))).to.equal('latency-spikes');
    expect(kindIn(doctor('command', 9))).to.equal(null);
    expect(toldIn(doctor('fork', 640))).to.match(/^fork: 21 latency spikes \(average 640ms/);
  });

  it('is read as LATENCY LATEST lists it', () => {
    const latest = (ms: number) =>
      `1) 1) "aof-fsync-always"\n   2) (integer) 1931\n   3) (integer) ${ms}\n   4) (integer) 1001\n`;
    expect(kindIn(latest(251))).to.equal('slow-storage');
    expect(kindIn(latest(3))).to.equal(null);
  });
});

describe('what Redis answers of its clients and its memory', () => {
  it('is a client that does not read its answers', () => {
    const clients = (bytes: number) =>
      `id=3 addr=10.0.0.4:51544 fd=8 name=feed age=812 idle=0 flags=S oll=9122 omem=${bytes} events=rw cmd=psync\nid=4 addr=10.0.0.5:51545 fd=9 name= age=81 idle=1 omem=0 cmd=get\n`;
    expect(kindIn(clients(912_233_112))).to.equal('unread-answers');
    expect(toldIn(clients(912_233_112))).to.equal('addr=10.0.0.4:51544, name=feed, omem=912233112, cmd=psync');
    expect(kindIn(clients(20_504))).to.equal(null);
  });

  it('is a store that was swapped out, and not one that is small or in pieces', () => {
    const memory = (used: number, held: number) =>
      `used_memory:${used}\nused_memory_rss:${held}\nmem_fragmentation_ratio:${(held / used).toFixed(2)}\n`;
    expect(kindIn(memory(8e9, 3e9))).to.equal('swapped-out');
    expect(kindIn(memory(8e9, 9e9))).to.equal(null);
    expect(kindIn(memory(9e5, 3e5))).to.equal(null);
  });
});

describe('what etcd answers', () => {
  const table = (errors: string) =>
    `+-----------+---------+-----------+--------+\n| ENDPOINT | DB SIZE | IS LEADER | ERRORS |\n+-----------+---------+-----------+--------+\n| 10.0.0.4:2379 | 2.1 GB | true | ${errors} |\n+-----------+---------+-----------+--------+`;

  it('is an alarm or a leader that is missing', () => {
    expect(kindIn(table('memberID:7 alarm:NOSPACE'))).to.equal('store-block');
    expect(kindIn(table('etcdserver: no leader'))).to.equal('no-leader');
    expect(kindIn(table(''))).to.equal(null);
  });
});
