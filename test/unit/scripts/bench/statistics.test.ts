import { expect } from 'chai';
import { median, percentile } from '../../../../scripts/bench/statistics.ts';

describe('the statistics of the bench', () => {
  it('takes the nearest rank as percentile', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).to.deep.equal([1, 50, 95, 99, 100]);
    expect(percentile([7], 0.95)).to.equal(7);
  });

  it('takes the middle value, or the mean of the two in the middle', () => {
    expect(median([5, 1, 3])).to.equal(3);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
  });

  it('has no number where nothing was measured', () => {
    expect(percentile([], 0.5)).to.be.NaN;
    expect(median([])).to.be.NaN;
  });
});
