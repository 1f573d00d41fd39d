import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const course = (query: string, ...values: number[]) =>
  printed(`promql: ${query}`, values.map((value, index) => `2031-04-02T1${index}:00:00Z ${value}`).join('\n'));
const verdict = (...recorded: ReturnType<typeof printed>[]) =>
  concluded(
    makeAlert({ title: 'RedisHitRateLow', description: 'hit rate of redis-carts below 90 %', service: 'redis-carts' }),
    recorded,
    'database',
  ).report.verdict;

describe('a cache that was empty for a while', () => {
  const hits = 'redis_keyspace_hits:rate5m{service="redis-carts"}';
  const latency = 'histogram_quantile(0.99, request_duration_seconds_bucket{service="carts"})';
  const again = course(hits, 97, 96.5, 31, 70, 92, 96.4, 96.8);

  it('is warm again where it finds what it found before and its clients are answered as before', () => {
    expect(verdict(again, course(latency, 0.08, 0.081, 0.095, 0.09, 0.084, 0.08, 0.079))).to.equal('healthy');
  });

  it('is not proven warm where it stays cold, clients wait, or nobody looked at them', () => {
    const calm = course(latency, 0.08, 0.081, 0.08, 0.081, 0.08, 0.08, 0.079);
    expect(verdict(course(hits, 97, 96.5, 31, 44, 43, 42, 44), calm)).not.to.equal('healthy');
    expect(verdict(again, course(latency, 0.08, 0.081, 0.2, 0.4, 0.7, 0.9, 1.2))).not.to.equal('healthy');
    expect(verdict(again)).not.to.equal('healthy');
  });
});

describe('a cache that was started not long ago', () => {
  const look = (uptime: number, hits: number, misses: number, more = '') =>
    printed(
      'redis-cli -h redis-carts info',
      `# Server\nuptime_in_seconds:${uptime}\n# Stats\nkeyspace_hits:${hits}\nkeyspace_misses:${misses}\n${more}`,
    );

  it('is warm by now where it finds nearly all of what was asked between two looks', () => {
    expect(verdict(look(240, 4000, 9000), look(900, 40_000, 10_100))).to.equal('healthy');
    const stats = (uptime: number, hits: number, misses: number) =>
      printed(
        'kubectl exec redis-carts-0 -- nc 127.0.0.1 11211',
        `STAT uptime ${uptime}\r\nSTAT get_hits ${hits}\r\nSTAT get_misses ${misses}\r\nSTAT evictions 0\r\nEND\r\n`,
      );
    expect(verdict(stats(100, 500, 2500), stats(700, 9500, 2900))).to.equal('healthy');
  });

  it('is not proven warm where it finds little still, is old, was looked at once, or throws keys away', () => {
    expect(verdict(look(240, 4000, 9000), look(900, 9000, 19_000))).not.to.equal('healthy');
    expect(verdict(look(340_000, 4000, 9000), look(341_000, 40_000, 10_100))).not.to.equal('healthy');
    expect(verdict(look(900, 40_000, 10_100))).not.to.equal('healthy');
    expect(verdict(look(240, 4000, 9000), look(900, 40_000, 10_100, 'evicted_keys:31\n'))).not.to.equal('healthy');
  });
});
