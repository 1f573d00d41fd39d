import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, asked: string, answer: string): string =>
  concluded(
    makeAlert({ title, service: 'badge-redis' }),
    [printed(`kubectl exec -n gates badge-redis-0 -- redis-cli ${asked}`, answer)],
    'database',
  ).report.verdict;

describe('a key store that is shown to be well', () => {
  it('has seen no spike of latency', () => {
    const none =
      'Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit.';
    expect(verdict('Latency of badge-redis above 2 ms', 'latency doctor', none)).to.equal('healthy');
    expect(
      verdict(
        'Latency of badge-redis above 2 ms',
        'latency doctor',
        "I'm sorry, Dave, I can't do that. Latency monitoring is disabled.",
      ),
    ).not.to.equal('healthy');
  });

  it('has short commands in its slow log', () => {
    const entry = (micros: number) =>
      `1) 1) (integer) 7\n   2) (integer) 1931\n   3) (integer) ${micros}\n   4) 1) "SMEMBERS"\n      2) "gate:7"\n   5) "10.0.0.4:51544"\n   6) ""\n`;
    expect(verdict('Slow log of badge-redis has new entries', 'slowlog get 1', entry(12_400))).to.equal('healthy');
    expect(verdict('Slow log of badge-redis has new entries', 'slowlog get 1', entry(912_400))).not.to.equal('healthy');
  });

  it('has room, whether that is asked or told', () => {
    const memory = (used: number) =>
      `used_memory:${used}\nmaxmemory:1000000\nmaxmemory_policy:noeviction\nevicted_keys:0`;
    const title = 'Memory of badge-redis above 50%, is it near its limit?';
    expect(verdict(title, 'info memory', memory(600_000))).to.equal('healthy');
    expect(verdict(title, 'info memory', memory(960_000))).not.to.equal('healthy');
  });
});
