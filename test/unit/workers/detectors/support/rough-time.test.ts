import { expect } from 'chai';
import { withRoughTimes } from '../../../../../src/workers/detectors/support/rough-time.ts';

describe('times in words', () => {
  it('tell magnitudes instead of numbers that no evidence holds', () => {
    expect(
      withRoughTimes('calls from a to b spend 402 ms between the two (median), before or elsewhere 0.979 ms'),
    ).to.equal(
      'calls from a to b spend hundreds of milliseconds between the two (median), before or elsewhere less than a millisecond',
    );
    expect(withRoughTimes('1.2e+3 ms and NaN ms')).to.equal('seconds and an unknown time');
    expect(withRoughTimes('12 of 30 requests')).to.equal('12 of 30 requests');
  });
});
