import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { drainingWork } from '../../../../../src/workers/detectors/support/draining-work.ts';
import { evidence, input } from '../../../../support/evidence-fixtures.ts';
import { course, minute, said } from './courses-fixture.ts';

type Line = [index: number, body: string, service?: string, severity?: string];

/** Half an hour of the recording is left: two thirds of what waits are done by then. */
const drains = (first: number, each: number) => Array.from({ length: 30 }, (_, index) => first - each * index);
const FINE = [course(5, 'http_server_p95_ms', 80, [], 'desk'), course(6, 'http_5xx_ratio', 0.001, [], 'desk')];
const BEGUN: Line = [69, 'Scheduler: Sending due task sellers-payout (sellers.tasks.pay_all)', 'beat'];
const USUAL: Line = [70, 'sellers.pay_all: 30112 sellers, last run 29800 in 2700 s', 'payout'];

const proof = (lines: Line[], depth: number[], more: Evidence[] = FINE) =>
  drainingWork(
    input('payout has a deep queue', [course(1, 'queue_depth', 3, depth, 'payout'), ...more, said(...lines)], {
      service: 'payout',
      labels: { metric: 'queue_depth' },
      startsAt: new Date(minute(76)).toISOString(),
    }),
  );

/** The same queue a day before. */
function dayBefore(values: number[]): Evidence {
  const points = values.map((value, index): [number, number] => [minute(60 + index) - 24 * 3_600_000, value]);
  const series = [{ labels: { 'service.name': 'payout' }, unit: null, points }];
  return evidence(12, 'metrics.query', { metric: 'queue_depth', series, warning: null });
}

describe('work that is not done yet', () => {
  it('is no fault where it drains at a pace at which it is done in the time that it took before', () => {
    expect(proof([BEGUN, USUAL], drains(30_000, 700))?.statement).to.include('by its pace is done in about the time');
  });

  it('is no fault where as much waited at the same time a day before and drained', () => {
    const yesterday = dayBefore([3, 3, ...drains(28_000, 900), 3]);
    const doneBy: Line = [71, 'sellers.pay_all: 30112 sellers', 'payout'];
    expect(proof([BEGUN, doneBy], drains(30_000, 700), [...FINE, yesterday])?.statement).to.include('at the same time');
    expect(proof([BEGUN, doneBy], drains(30_000, 700), [...FINE, dayBefore([3, 3, 900, 700, 400, 90, 3])])).to.equal(
      null,
    );
    expect(proof([BEGUN, doneBy], drains(30_000, 700))).to.equal(null);
  });

  it('is not shown where it drains too slowly, no longer, or not at all', () => {
    expect(proof([BEGUN, USUAL], drains(30_000, 200))).to.equal(null);
    const stops = [...drains(30_000, 900).slice(0, 15), ...Array.from({ length: 15 }, () => 17_000)];
    expect(proof([BEGUN, USUAL], stops)).to.equal(null);
    expect(proof([BEGUN, USUAL], drains(3000, -700))).to.equal(null);
  });

  it('is not shown where it fails, is late, slows others down or nobody began it', () => {
    const depth = drains(30_000, 700);
    expect(proof([BEGUN, USUAL, [80, 'sellers.pay_all: chunk 9 failed', 'payout']], depth)).to.equal(null);
    expect(proof([BEGUN, USUAL, [80, 'sellers.pay_all is overdue', 'payout']], depth)).to.equal(null);
    expect(proof([BEGUN, USUAL], depth, [...FINE, course(7, 'queue_depth', 3, [900], 'mail')])).to.equal(null);
    expect(proof([BEGUN, USUAL], depth, [...FINE, course(7, 'jobs_failed_per_sec', 0, [3], 'payout')])).to.equal(null);
    expect(proof([USUAL], depth)).to.equal(null);
    expect(proof([BEGUN, USUAL], depth, [])).to.equal(null);
  });
});
