import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import type { Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, recorded: Recorded[], description = ''): string =>
  concluded(makeAlert({ title, description }), recorded, 'database').report.verdict;

const flat = (value: number): number[] => Array.from({ length: 12 }, (_, at) => value * (1 + 0.003 * (at % 3)));
const falling = (from: number, to: number): number[] =>
  Array.from({ length: 12 }, (_, at) => from + ((to - from) * at) / 11);

const CALM = {
  node_load5: flat(0.6),
  node_procs_running: flat(2),
  node_procs_blocked: flat(0),
  node_memory_MemTotal_bytes: Array.from({ length: 12 }, () => 64e9),
  node_memory_MemFree_bytes: falling(9e9, 1.1e9),
  node_memory_MemAvailable_bytes: flat(41e9),
  node_memory_Cached_bytes: falling(9e9, 39e9),
  node_memory_SwapFree_bytes: flat(8e9),
  'rate(node_vmstat_pswpout': flat(0),
  'rate(node_vmstat_oom_kill': flat(0),
};
const host = (metrics: Record<string, number[]> = {}): Recorded[] => [
  { capability: 'snapshot.json', data: { name: 'metrics', body: { memory: { ...CALM, ...metrics } } } },
];

describe('memory that is lent to the cache of pages', () => {
  const alert = 'HostMemoryFreeLow on pg-archive-2: free memory 1.7 % of 64 GB';

  it('is no pressure while the kernel can give it back', () => {
    expect(verdict(alert, host())).to.equal('healthy');
    expect(verdict(alert, host({ node_memory_MemAvailable_bytes: flat(3e9) }))).not.to.equal('healthy');
    expect(verdict(alert, host({ node_memory_MemAvailable_bytes: falling(50e9, 20e9) }))).not.to.equal('healthy');
    expect(verdict(alert, host({ node_memory_SwapFree_bytes: falling(8e9, 1e9) }))).not.to.equal('healthy');
    expect(verdict(alert, host({ 'rate(node_vmstat_pswpout': flat(400) }))).not.to.equal('healthy');
    expect(verdict(alert, host({ 'rate(node_vmstat_oom_kill': [0, 0, 0, 0, 0, 0, 0.02, 0, 0, 0, 0, 0] }))).not.to.equal(
      'healthy',
    );
  });

  it('is no answer to who leaks, is killed, or sees harm', () => {
    expect(verdict('postgres on pg-archive-2 leaks: free memory 1.7 %', host())).not.to.equal('healthy');
    expect(verdict(`${alert}; queries are slow`, host())).not.to.equal('healthy');
    expect(verdict(alert, host({ node_load5: falling(1, 60) }))).not.to.equal('healthy');
  });

  it('is shown by what the machine itself prints', () => {
    const free = (available: string, swap = '0B', more = '') => [
      printed(
        'ssh ops@mongo-7 free -h',
        `               total        used        free      shared  buff/cache   available\nMem:           125Gi        31Gi       1.2Gi       402Mi        93Gi        ${available}\nSwap:          4.0Gi        ${swap}       4.0Gi\n`,
      ),
      printed('ssh ops@mongo-7 dmesg -T', `[Mon] systemd[1]: Started daily cleanup\n${more}`),
    ];
    const said = 'Memory usage of host mongo-7 above 95 %';
    expect(verdict(said, free('92Gi'))).to.equal('healthy');
    expect(verdict(said, free('9.1Gi'))).not.to.equal('healthy');
    expect(verdict(said, free('92Gi', '3.6Gi'))).not.to.equal('healthy');
    expect(
      verdict(said, free('92Gi', '0B', '[Mon] Out of memory: Killed process 771 (mongod) total-vm:9kB\n')),
    ).not.to.equal('healthy');
    const info = (available: number) => [
      printed(
        'ssh ops@mongo-7 cat /proc/meminfo',
        `MemTotal:       131900000 kB\nMemFree:         1300000 kB\nMemAvailable:   ${available} kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n`,
      ),
    ];
    expect(verdict('Free RAM of mongo-7 below 2 %', info(96_000_000))).to.equal('healthy');
    expect(verdict('Free RAM of mongo-7 below 2 %', info(2_600_000))).not.to.equal('healthy');
  });
});
