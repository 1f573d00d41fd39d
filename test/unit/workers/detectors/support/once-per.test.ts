import { expect } from 'chai';
import { oncePer } from '../../../../../src/workers/detectors/support/once-per.ts';

describe('oncePer', () => {
  it('does the work once for each object, whatever comes of it', () => {
    let calls = 0;
    const work = oncePer((input: { value: number | null }) => {
      calls++;
      return input.value;
    });
    const [one, none] = [{ value: 1 }, { value: null }];
    expect([work(one), work(one), work(none), work(none), work({ value: 1 })]).to.deep.equal([1, 1, null, null, 1]);
    expect(calls).to.equal(3);
  });
});
