import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { plannedWork } from '../../../../../src/workers/detectors/support/planned-work.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute, said } from './courses-fixture.ts';

/** Up for fifteen minutes, then as before. */
const DEPTH = [...Array.from({ length: 15 }, () => 9000), 12];
const STAYS = [9000];
const worked = (end = 'reindex of menus finished: 80211 menus, 0 failed') =>
  said([69, 'reindex of menus started, OPS-77'], [76, 'reindex of menus: 41003 menus, 0 failed'], [85, end]);
const proof = (depth: number[], ...more: Evidence[]) =>
  plannedWork(
    input('menu has a deep queue', [course(1, 'queue_depth', 12, depth), ...more], {
      service: 'menu',
      labels: { metric: 'queue_depth' },
      startsAt: new Date(minute(73)).toISOString(),
    }),
  );

describe('planned work', () => {
  it('is no fault where its measure comes back when it ends, and nobody felt it', () => {
    expect(proof(DEPTH, ...FINE, worked())?.statement).to.include('as long as planned work went on');
  });

  it('may keep those busy who do it, and their store, for as long as it lasts', () => {
    const busy = [
      course(5, 'oldest_record_age_seconds', 2, [300, 600, 900, 2]),
      course(6, 'insert_p95_ms', 4, [11, 11, 11, 4], 'menu-pg'),
    ];
    const users = [course(7, 'http_server_p99_ms', 90, [], 'shop'), course(8, 'http_5xx_ratio', 0.001, [], 'shop')];
    expect(proof(DEPTH, ...busy, ...users, worked())).not.to.equal(null);
    expect(proof(DEPTH, ...busy, worked())).to.equal(null);
    expect(proof(DEPTH, ...busy, users[1]!, course(7, 'http_server_p99_ms', 90, [400], 'shop'), worked())).to.equal(
      null,
    );
    expect(proof(DEPTH, ...busy, ...users, course(9, 'failed_records_total', 0, [4, 9]), worked())).to.equal(null);
  });

  it('is not shown where it failed, never ended, or the measure stays away', () => {
    expect(proof(DEPTH, ...FINE, worked('reindex of menus ended, 213 failed'))).to.equal(null);
    expect(proof(DEPTH, ...FINE, said([69, 'reindex of menus started, OPS-77']))).to.equal(null);
    expect(proof(STAYS, ...FINE, worked())).to.equal(null);
  });

  it('is not shown where somebody felt it or complains, or nobody worked', () => {
    const slow = course(5, 'checkout_duration_p99_ms', 200, [900], 'shop');
    expect(proof(DEPTH, ...FINE, slow, worked())).to.equal(null);
    expect(proof(DEPTH, ...FINE)).to.equal(null);
  });
});
