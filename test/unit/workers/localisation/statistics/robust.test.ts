import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  ascending,
  extent,
  median,
  quantile,
  risen,
  trimmedMean,
} from '../../../../../src/workers/localisation/statistics/robust.ts';

describe('robust statistics', () => {
  it('take a value that was measured as the median', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 2])).to.equal(2);
    expect(median([])).to.be.NaN;
    expect(quantile([5, 1, 4, 2, 3], 1)).to.equal(5);
  });

  it('leave the highest tenth out of the mean', () => {
    expect(trimmedMean([1, 1, 1, 1, 1, 1, 1, 1, 1, 1000])).to.equal(1);
    expect(trimmedMean([2, 4])).to.equal(3);
    expect(trimmedMean([])).to.equal(0);
  });

  it('see that all values rose, and are less sure with few', () => {
    const many = risen(ascending([1, 2, 3, 4, 5, 6, 7, 8]), ascending([11, 12, 13, 14, 15, 16, 17, 18]));
    const few = risen([1, 2], [11, 12]);
    expect(many).to.be.within(0.6, 1);
    expect(few).to.be.below(many);
    expect(risen([], [1])).to.equal(0);
  });

  it('see no rise among the same values', () => {
    expect(risen([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).to.equal(0);
  });

  it('keep the certainty of a rise between 0 and 1', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30 });
    fc.assert(
      fc.property(values, values, (before, during) => {
        expect(risen(ascending(before), ascending(during))).to.be.within(0, 1);
      }),
    );
  });

  it('find the extent of more values than a call can have arguments', () => {
    expect(extent(Array.from({ length: 300_000 }, (_, index) => index))).to.deep.equal([0, 299_999]);
  });
});
