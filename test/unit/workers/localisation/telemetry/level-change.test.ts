import { expect } from 'chai';
import { clarityOfChange, levelChange } from '../../../../../src/workers/localisation/telemetry/level-change.ts';

const MINUTE = 60_000;
const points = (...values: number[]) => values.map((value, index): [number, number] => [index * MINUTE, value]);
const change = (values: number[], alertMinute: number, baseline: number[] = []) =>
  levelChange({ points: points(...values), baseline }, alertMinute * MINUTE)!;

describe('the change of a level', () => {
  it('says when the level left what was usual, and by how much', () => {
    const found = change([10, 12, 11, 10, 12, 50, 52, 51], 7);
    expect(found).to.include({ before: 11, during: 51, above: 39, below: 0, onset: 5 * MINUTE });
  });

  it('is not misled by one wild value before or after', () => {
    expect(change([10, 90, 11, 10, 12, 10, 11, 12], 7)).to.include({ above: 0, below: 0, onset: null });
    expect(change([10, 11, 11, 10, 12, 10, 99, 11], 6)).to.include({ above: 0 });
  });

  it('began with the first unusual value, not with a usual one before it that leaves the median as it is', () => {
    expect(change([10, 10, 10, 10, 10, 50, 50, 50, 50, 50], 8).onset).to.equal(5 * MINUTE);
  });

  it('sees a fall as well', () => {
    expect(change([100, 99, 100, 100, 60, 58, 61], 6)).to.include({ during: 60, below: 39, above: 0 });
  });

  it('still sees a trouble that is over soon after the alert', () => {
    expect(change([5, 5, 5, 5, 80, 81, 80, 82, 5, 5, 5, 5], 6).above).to.be.above(70);
  });

  it('measures against the spread of the baseline at the level of the time right before', () => {
    const baseline = Array.from({ length: 200 }, (_, index) => 100 + (index % 20));
    expect(change([40, 41, 48], 2, baseline)).to.include({ above: 0 });
    expect(change([40, 41, 80], 2, baseline).above).to.be.within(25, 40);
  });

  it('has nothing to say without values to compare', () => {
    expect(levelChange({ points: [], baseline: [1, 2] }, 0)).to.equal(null);
    expect(levelChange({ points: points(5), baseline: [] }, 0)).to.equal(null);
  });

  it('is clear when both the level and the usual range are left far behind', () => {
    const clear = change([5, 6, 5, 6, 90, 91], 5);
    const noisy = change([5, 60, 20, 45, 70, 71], 5);
    expect(clarityOfChange(clear, clear.above, clear.during)).to.be.above(0.9);
    expect(clarityOfChange(noisy, noisy.above, noisy.during)).to.be.below(0.2);
    expect(clarityOfChange(clear, 0, 10)).to.equal(0);
  });
});
