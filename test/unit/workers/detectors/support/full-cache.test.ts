import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { fullCache } from '../../../../../src/workers/detectors/support/full-cache.ts';
import { unsupportedParts } from '../../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../../src/workers/verification/evidence-index.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, minute, said } from './courses-fixture.ts';

const SERVICE = 'price-cache';
const FILL = [0.93, 0.94, 0.95, 0.955, 0.96];
const POLICY = said([5, 'CONFIG maxmemory 4gb, maxmemory-policy allkeys-lfu', SERVICE]);
const METRICS = {
  hits: course(2, 'keyspace_hit_ratio', 0.96, [], SERVICE),
  room: course(3, 'evicted_keys_per_sec', 0, [], SERVICE),
  fast: course(4, 'command_duration_p99_ms', 0.7, [], SERVICE),
  well: course(5, 'http_5xx_ratio', 0.001, [], 'shop'),
  caller: course(6, 'http_request_duration_p95_ms', 120, [], 'shop'),
  ends: course(7, 'expired_keys_per_sec', 20, [26, 30, 33], SERVICE),
};

const proofOf = (
  more: Partial<Record<keyof typeof METRICS | 'said', Evidence | null>> = {},
  { metric = 'memory_used_ratio', service = SERVICE, fill = FILL } = {},
) => {
  const items = Object.values({ ...METRICS, said: POLICY, ...more }).filter((one) => one !== null);
  const all = [course(1, metric, 0.91, fill, service), ...items];
  const found = fullCache(
    input(`${service} uses more than 95 % of its memory`, all, {
      service,
      labels: { metric },
      startsAt: new Date(minute(74)).toISOString(),
    }),
  );
  if (found) {
    const cited = all.filter(({ number }) => found.evidence.includes(number)).map(indexEvidence);
    expect(unsupportedParts(found.statement, { cited, known: new Set(found.evidence), alertText: '' })).to.deep.equal(
      [],
    );
  }
  return found?.statement ?? null;
};

describe('a cache that is full because that is what it is for', () => {
  it('makes room by its policy, and finds as much as ever while nobody feels anything', () => {
    expect(proofOf()).to.include('full by design (allkeys-lfu makes room');
    expect(proofOf({}, { metric: 'cache_fill_ratio', fill: [0.97, 0.98] })).to.include('full by design');
    const ending = said([5, 'policy volatile-ttl', SERVICE]);
    expect(proofOf({ said: ending })).to.include('volatile-ttl');
    expect(proofOf({ said: ending, ends: null })).to.equal(null);
  });

  it('may have made room all along, have been as full before, or be of a kind that always makes room', () => {
    const room = course(3, 'evicted_keys_per_sec', 40, [], SERVICE);
    expect(proofOf({ said: null, room })).to.include('made room all along');
    const earlier = said([5, 'memory: peak of the past week 98.2 %', SERVICE]);
    expect(proofOf({ said: earlier })).to.include('"peak of the past week 98.2 %"');
    expect(proofOf({ said: said([5, 'memory: peak of the past week 94.1 %', SERVICE]) })).to.equal(null);
    expect(proofOf({ said: null })).to.equal(null);
    const memcached = Object.fromEntries(
      (['hits', 'room', 'fast'] as const).map((name, index) => {
        const { metric } = METRICS[name].data as { metric: string };
        return [name, course(index + 2, metric, name === 'room' ? 0 : 0.9, [], 'memcached')];
      }),
    );
    expect(proofOf({ ...memcached, said: null }, { service: 'memcached' })).to.include('the oldest goes');
  });

  it('is not shown where it refuses when full, throws more away, finds less, or anybody feels it', () => {
    const worse: Parameters<typeof proofOf>[0][] = [
      { said: said([5, 'CONFIG maxmemory-policy noeviction', SERVICE]) },
      { room: course(3, 'evicted_keys_per_sec', 0, [120, 400], SERVICE) },
      { hits: course(2, 'keyspace_hit_ratio', 0.96, [0.6, 0.4], SERVICE) },
      { fast: course(4, 'command_duration_p99_ms', 0.7, [9, 14], SERVICE) },
      { caller: course(6, 'http_request_duration_p95_ms', 120, [700], 'shop') },
      { well: course(5, 'http_5xx_ratio', 0.001, [0.2], 'shop') },
      { ends: course(7, 'rejected_writes_total', 0, [3, 9, 30], SERVICE) },
    ];
    for (const one of worse) expect(proofOf(one), JSON.stringify(one)).to.equal(null);
  });

  it('is not shown where that was not measured, where others count on what it holds, or by the memory of its process', () => {
    for (const name of ['hits', 'room', 'well'] as const) expect(proofOf({ [name]: null }), name).to.equal(null);
    expect(proofOf({}, { metric: 'container_memory_working_set_ratio' })).to.equal(null);
    const sessions = Object.fromEntries(
      (['hits', 'room', 'fast'] as const).map((name, index) => {
        const { metric } = METRICS[name].data as { metric: string };
        return [name, course(index + 2, metric, 0.9, [], 'session-cache')];
      }),
    );
    expect(proofOf({ ...sessions, said: null }, { service: 'session-cache' })).to.equal(null);
  });
});
