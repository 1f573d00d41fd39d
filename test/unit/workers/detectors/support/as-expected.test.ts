import { expect } from 'chai';
import type { Evidence } from '../../../../../src/shared/report.ts';
import { asExpected } from '../../../../../src/workers/detectors/support/as-expected.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, FINE, minute } from './courses-fixture.ts';

const FALLS = Array.from({ length: 30 }, (_, index) => 200 - index * 6);
const proof = (metric: string, ...items: Evidence[]) =>
  asExpected(
    input(`${metric} of menu is low`, items, {
      service: 'menu',
      labels: { metric },
      startsAt: new Date(minute(92)).toISOString(),
    }),
  );
const meals = course(1, 'meals_per_min', 206, FALLS);

describe('a measure that goes as it was expected to', () => {
  it('is no fault where nobody feels anything, by whatever name its other time goes', () => {
    for (const name of ['meals_per_min_same_time_last_week', 'meals_per_min_baseline', 'meals_per_min_expected'])
      expect(proof('meals_per_min', meals, course(5, name, 204, FALLS), ...FINE)?.statement).to.include(name);
    const asked = course(6, 'requests_per_min', 900, [700, 500, 300, 100]);
    const before = course(5, 'meals_per_min_last_week', 204, FALLS);
    expect(proof('meals_per_min', meals, before, asked, ...FINE)).not.to.equal(null);
  });

  it('is one where it parts from it, somebody feels it, or nothing tells what was expected', () => {
    const before = course(5, 'meals_per_min_last_week', 204, FALLS);
    expect(proof('meals_per_min', meals, course(5, 'meals_per_min_last_week', 206), ...FINE)).to.equal(null);
    expect(proof('meals_per_min', meals, course(5, 'meals_per_min_vs_last_week', 204, FALLS), ...FINE)).to.equal(null);
    expect(proof('meals_per_min', meals, before)).to.equal(null);
    const fails = course(6, 'http_5xx_ratio', 0.001, [0.2], 'shop');
    expect(proof('meals_per_min', meals, before, ...FINE, fails)).to.equal(null);
  });

  it('is bad where it is bad on any day', () => {
    const errors = course(1, 'errors_per_min', 5, [80]);
    expect(proof('errors_per_min', errors, course(5, 'errors_per_min_last_week', 5, [80]), ...FINE)).to.equal(null);
  });
});
