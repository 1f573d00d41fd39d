import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../../../../src/shared/queues/job-options.ts';

describe('the wait between attempts', () => {
  it('doubles up to a minute, and up to half of it is left to chance', () => {
    expect([1, 2, 3, 7, 30].map((attempt) => backoffMs(attempt, 1_000, () => 1))).to.deep.equal([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
    expect(backoffMs(3, 1_000, () => 0)).to.equal(2_000);
  });

  it('is always a whole number of milliseconds within its bounds', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (attempt, random) => {
        const wait = backoffMs(attempt, 1_000, () => random);
        return Number.isInteger(wait) && wait >= 500 && wait <= 60_000;
      }),
    );
  });
});
