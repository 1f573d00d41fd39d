import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs, deadLetterJobId, investigateJobId, postJobId } from '../../../src/shared/queues.ts';

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

describe('the ids of jobs', () => {
  it('tell runs and revisions apart, and hold no colon, which BullMQ keeps for itself', () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const ids = [
      investigateJobId(id, 1),
      investigateJobId(id, 2),
      postJobId(id, 1, 1),
      postJobId(id, 1, 2),
      deadLetterJobId(id, 1),
    ];
    expect(new Set(ids).size).to.equal(ids.length);
    for (const one of ids) expect(one).to.not.include(':');
  });
});
