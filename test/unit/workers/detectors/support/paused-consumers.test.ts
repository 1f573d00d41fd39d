import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { pausedConsumers } from '../../../../../src/workers/detectors/support/paused-consumers.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, minute, said } from './courses-fixture.ts';

const LAG = [800, 1600, 900, 20];
const lag = course(1, 'consumer_lag_records', 20, LAG);
const age = course(2, 'oldest_message_age_sec', 1, [40, 90, 60, 1]);
const bound = (limit: number) => course(3, 'oldest_message_age_objective_sec', limit);
const OTHERS = [course(4, 'http_server_duration_p95_ms', 80, [], 'shop'), course(5, 'deliveries_failed_ratio', 0.001)];
const update = said([69, 'rolling update: 8 partitions revoked'], [74, 'caught up on all 8 partitions']);
const proof = (...items: Evidence[]) =>
  pausedConsumers(
    input('menu lags behind', items, {
      service: 'menu',
      labels: { metric: 'consumer_lag_records' },
      startsAt: new Date(minute(71)).toISOString(),
    }),
  );

describe('consumers that were replaced one after the other', () => {
  it('are no fault where all that waited is worked off within the bound that somebody set', () => {
    const found = proof(lag, age, bound(300), ...OTHERS, update);
    expect(found?.statement).to.include('of 300 that are allowed');
    expect(found?.evidence).to.include.members([1, 2, 3, 9]);
  });

  it('are no fault where as much waited in the update before', () => {
    const points = (lag.data as { series: { points: [number, number][] }[] }).series[0]!.points;
    const twice = points.map(([at, value], index): [number, number] => [at, index > 12 && index < 16 ? 1500 : value]);
    const labels = { 'service.name': 'menu' };
    const data = { metric: 'consumer_lag_records', series: [{ labels, unit: null, points: twice }], warning: null };
    const before = { ...lag, data };
    const told = said([12, 'rolling update: 8 partitions revoked'], [69, 'rolling update: 8 partitions revoked']);
    expect(proof(before, ...OTHERS, told)?.statement).to.include('as much waited in the update before');
    expect(proof(before, ...OTHERS, update)).to.equal(null);
  });

  it('are one where the bound is broken or unknown, nobody was replaced, or it stays', () => {
    expect(proof(lag, age, bound(60), ...OTHERS, update)).to.equal(null);
    expect(proof(lag, age, ...OTHERS, update)).to.equal(null);
    expect(proof(lag, age, bound(300), ...OTHERS)).to.equal(null);
    expect(proof(course(1, 'consumer_lag_records', 20, [800, 1600]), age, bound(300), ...OTHERS, update)).to.equal(
      null,
    );
  });

  it('are one where something failed or others feel it', () => {
    const failed = said([69, 'rolling update: 8 partitions revoked'], [72, 'commit failed: member unknown']);
    expect(proof(lag, age, bound(300), ...OTHERS, failed)).to.equal(null);
    const slow = course(6, 'http_request_duration_p95_ms', 90, [900], 'kiosk');
    expect(proof(lag, age, bound(300), ...OTHERS, slow, update)).to.equal(null);
    expect(proof(lag, age, bound(300), OTHERS[0]!, update)).to.equal(null);
  });
});
