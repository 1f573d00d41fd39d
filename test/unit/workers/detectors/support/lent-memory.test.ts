import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { lentMemory } from '../../../../../src/workers/detectors/support/lent-memory.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute } from './courses-fixture.ts';

const FILLED = Array.from({ length: 30 }, (_, index) => Math.min(5.2e9, 2e9 + index * 4e8));
const CACHE = course(6, 'container_memory_cache', 2e9, FILLED);
const RSS = course(7, 'container_memory_rss', 1.4e9);
const proof = (metric: string, ...items: Evidence[]) =>
  lentMemory(
    input('menu uses more than 90 % of its memory', [course(1, metric, 0.5, [0.7, 0.8, 0.93]), ...items], {
      service: 'menu',
      labels: { metric },
      startsAt: new Date(minute(73)).toISOString(),
    }),
  );

describe('memory that is lent to the pages of files', () => {
  it('is no lack of memory while the program holds what it held and nobody feels it', () => {
    expect(proof('container_memory_usage_ratio', CACHE, RSS, ...FINE)?.statement).to.include('lent to the pages');
  });

  it('is not shown where the program holds more, is killed, or is slower, or nobody measured that', () => {
    const more = course(7, 'container_memory_working_set_bytes', 1.4e9, FILLED);
    const kills = course(8, 'container_oom_kills_total', 0, [1, 2, 3]);
    const slow = course(8, 'request_duration_p99_ms', 90, [900]);
    for (const one of [more, kills, slow])
      expect(proof('container_memory_usage_ratio', CACHE, RSS, ...FINE, one), JSON.stringify(one.data)).to.equal(null);
    expect(proof('container_memory_usage_ratio', CACHE, ...FINE)).to.equal(null);
    expect(proof('container_memory_usage_ratio', RSS, ...FINE)).to.equal(null);
    expect(proof('container_memory_working_set_ratio', CACHE, RSS, ...FINE)).to.equal(null);
  });
});
