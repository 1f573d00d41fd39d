import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  clarityOfSurprise,
  surpriseOfFewer,
  surpriseOfMore,
} from '../../../../../src/workers/localisation/statistics/surprise.ts';

describe('the surprise of a count', () => {
  it('is the predictive probability that the counts before allow', () => {
    // After 1 of 1 the chance of a miss is 1/3 (Laplace's rule of succession), of two misses 1/3 * 2/4.
    expect(surpriseOfFewer({ hits: 1, tries: 1 }, { hits: 0, tries: 1 })).to.be.closeTo(Math.log(3), 1e-9);
    expect(surpriseOfFewer({ hits: 1, tries: 1 }, { hits: 0, tries: 2 })).to.be.closeTo(Math.log(6), 1e-9);
  });

  it('grows with what was seen before and with what is missing now', () => {
    const little = surpriseOfFewer({ hits: 3, tries: 3 }, { hits: 0, tries: 3 });
    const more = surpriseOfFewer({ hits: 30, tries: 30 }, { hits: 0, tries: 3 });
    const most = surpriseOfFewer({ hits: 30, tries: 30 }, { hits: 0, tries: 30 });
    expect([little, more, most]).to.deep.equal([little, more, most].toSorted((left, right) => left - right));
  });

  it('is nothing when it happens as often as before', () => {
    expect(surpriseOfFewer({ hits: 5, tries: 10 }, { hits: 6, tries: 10 })).to.equal(0);
    expect(surpriseOfMore({ hits: 5, tries: 10 }, { hits: 4, tries: 10 })).to.equal(0);
    expect(surpriseOfFewer({ hits: 5, tries: 5 }, { hits: 0, tries: 0 })).to.equal(0);
  });

  it('is the same for more hits as for fewer misses', () => {
    const more = surpriseOfMore({ hits: 0, tries: 20 }, { hits: 9, tries: 20 });
    expect(more).to.be.closeTo(surpriseOfFewer({ hits: 20, tries: 20 }, { hits: 11, tries: 20 }), 1e-9);
    expect(more).to.be.above(5);
  });

  it('is finite and never negative, fast with many tries too', () => {
    const count = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const before = { hits: Math.min(a, b), tries: Math.max(a, b) };
        const now = { hits: Math.min(c, d), tries: Math.max(c, d) };
        const nats = surpriseOfFewer(before, now);
        expect(nats).to.be.at.least(0);
        expect(Number.isFinite(nats)).to.equal(true);
      }),
    );
  });

  it('is more, the rarer such things are in general, where little is known from before', () => {
    const now = { hits: 4, tries: 12 };
    const unknown = { hits: 0, tries: 0 };
    const rare = surpriseOfMore(unknown, now, { hits: 0.01, tries: 10 });
    expect(rare).to.be.above(surpriseOfMore(unknown, now, { hits: 3, tries: 10 }));
    expect(rare).to.be.above(4);
  });

  it('counts from the five percent level on', () => {
    expect(clarityOfSurprise(Math.log(20))).to.be.closeTo(0, 1e-9);
    expect(clarityOfSurprise(1)).to.equal(0);
    expect(clarityOfSurprise(8)).to.be.above(0.99);
  });
});
