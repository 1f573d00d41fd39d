import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { fillingCache } from '../../../../../src/workers/detectors/support/filling-cache.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute, said } from './courses-fixture.ts';

const RESTARTED = said([69, 'menu 4.1.0 listening on :8080, cache is cold']);

/** Empty, and each minute a sixth nearer to what it was. */
const FILLS = Array.from({ length: 30 }, (_, index) => 0.94 - 0.74 * 0.84 ** index);
const STAYS = FILLS.map((value) => Math.min(value, 0.55));
const proof = (hits: number[], ...more: Evidence[]) =>
  fillingCache(
    input('menu finds too little in its cache', [course(1, 'menu_cache_hit_ratio', 0.94, hits), ...more], {
      service: 'menu',
      labels: { metric: 'menu_cache_hit_ratio' },
      startsAt: new Date(minute(73)).toISOString(),
    }),
  );

describe('a cache that begins empty', () => {
  it('fills again after a start, a deploy or a flush, and nobody feels it', () => {
    expect(proof(FILLS, ...FINE, RESTARTED)?.statement).to.include('began empty and fills again');
    expect(proof(FILLS, ...FINE, said([68, 'FLUSHALL by ops']))).not.to.equal(null);
    const behind = [
      course(5, 'queries_per_sec', 60, [400, 300, 200, 100, 61], 'menu-db'),
      course(6, 'cpu_utilization', 0.2, [0.5, 0.4, 0.2], 'menu-db'),
    ];
    expect(proof(FILLS, ...FINE, ...behind, RESTARTED)).not.to.equal(null);
  });

  it('fills still where it comes nearer without a rest', () => {
    const slow = Array.from({ length: 30 }, (_, index) => 0.2 + 0.017 * index);
    expect(proof(slow, ...FINE, RESTARTED)?.statement).to.include('fills still');
  });

  it('has another story where it stays below its level, is emptied again, or nothing began', () => {
    expect(proof(STAYS, ...FINE, RESTARTED)).to.equal(null);
    expect(proof([...FILLS.slice(0, 14), 0.2, 0.2, 0.2, 0.3, 0.4], ...FINE, RESTARTED)).to.equal(null);
    expect(proof(FILLS, ...FINE)).to.equal(null);
    expect(proof(FILLS, ...FINE, said([20, 'job 1 started'], [69, 'job 2 started']))).to.equal(null);
    expect(proof(FILLS, ...FINE, said([69, 'shop started', 'shop']))).to.equal(null);
    // Low for a while without coming nearer, and then as before: somebody mended it.
    expect(proof([...Array.from({ length: 14 }, () => 0.3), 0.94], ...FINE, RESTARTED)).to.equal(null);
  });

  it('is felt where somebody is slower, fails, complains or has no room for it', () => {
    const felt = [
      course(5, 'checkout_duration_p99_ms', 200, [900], 'shop'),
      course(5, 'http_5xx_ratio', 0.001, [0.09, 0.08, 0.07, 0.001], 'shop'),
      course(5, 'cpu_utilization', 0.3, [0.97, 0.96, 0.95], 'menu-db'),
      course(5, 'jobs_waiting', 1, [60], 'mailer'),
      course(5, 'container_restarts', 1, [4], 'menu'),
    ];
    for (const one of felt) expect(proof(FILLS, ...FINE, one, RESTARTED), JSON.stringify(one.data)).to.equal(null);
    expect(
      proof(FILLS, course(2, 'request_duration_p95_ms', 80, [400, 300, 200, 80]), ...FINE.slice(1), RESTARTED),
    ).to.equal(null);
    expect(proof(FILLS, FINE[0]!, RESTARTED)).to.equal(null);
  });

  it('may answer a little later until it is full, where its callers feel nothing of it', () => {
    const later = course(2, 'request_duration_p95_ms', 80, [120, 118, 115, 80]);
    expect(proof(FILLS, later, ...FINE.slice(1), RESTARTED)).not.to.equal(null);
    expect(proof(FILLS, later, FINE[1]!, RESTARTED)).to.equal(null);
  });
});
