import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { SPEAKS_OF_REQUESTS, usualRequests } from '../../../../../src/workers/detectors/support/usual-requests.ts';
import { evidence, input, NOW } from '../../../../support/evidence-fixtures.ts';

const MINUTE = 60_000;
const METRIC = { duration: 'request.duration', calls: 'request.count', errors: 'request.errors' };

/** One value per minute: 40 to 42 (for durations) before, `now` in the last five minutes. */
function measured(number: number, measure: keyof typeof METRIC, usual: number, now: number, minutes = 75): Evidence {
  const points = Array.from({ length: minutes }, (_, index): [number, number] => {
    const ago = minutes - index;
    return [NOW.getTime() - ago * MINUTE, ago <= 5 ? now : usual + (index % 3)];
  });
  const series = [{ labels: { 'service.name': 'web' }, unit: null, points }];
  return evidence(number, 'requests.query', { metric: METRIC[measure], series, warning: null }, { measure });
}

const none = (number: number, measure: keyof typeof METRIC) =>
  evidence(number, 'requests.query', { metric: METRIC[measure], series: [], warning: null }, { measure });

const about = (...items: Evidence[]) =>
  input('High latency of web', items, { service: 'web', startsAt: new Date(NOW.getTime() - 4 * MINUTE).toISOString() });

const FINE = [measured(1, 'duration', 40, 41), measured(2, 'calls', 20, 21), measured(3, 'errors', 0, 1)];

describe('the proof that requests are as usual', () => {
  it('is there when they take as long, fail as seldom and are as many as before', () => {
    expect(usualRequests(about(...FINE))).to.deep.equal({
      statement: 'the requests of web take as long and fail as seldom as in the hour before',
      evidence: [1, 3, 2],
    });
    expect(usualRequests(about(FINE[0]!, FINE[1]!, none(3, 'errors')))?.evidence).to.include(3);
  });

  it('is not there when they are slower, fail more often or stay away', () => {
    expect(usualRequests(about(measured(1, 'duration', 40, 80), FINE[1]!, FINE[2]!))).to.equal(null);
    expect(usualRequests(about(FINE[0]!, FINE[1]!, measured(3, 'errors', 0, 6)))).to.equal(null);
    expect(usualRequests(about(FINE[0]!, measured(2, 'calls', 20, 0), FINE[2]!))).to.equal(null);
  });

  it('is not there where something was not had, or too little of it', () => {
    for (const missing of [0, 1, 2])
      expect(usualRequests(about(...FINE.filter((_, index) => index !== missing)))).to.equal(null);
    expect(usualRequests(about(measured(1, 'duration', 40, 41, 10), FINE[1]!, FINE[2]!))).to.equal(null);
    expect(usualRequests(about(none(1, 'duration'), FINE[1]!, FINE[2]!))).to.equal(null);
  });

  it('answers alerts about requests, and no others', () => {
    for (const text of ['p95 latency of web', 'High error rate', '5xx of checkout', 'SLO burn'])
      expect(SPEAKS_OF_REQUESTS.test(text), text).to.equal(true);
    for (const text of ['Pod is crash looping', 'certificate expires'])
      expect(SPEAKS_OF_REQUESTS.test(text), text).to.equal(false);
  });
});
