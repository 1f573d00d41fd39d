import { expect } from 'chai';
import fc from 'fast-check';
import { mostWithin } from '../../../../../scripts/drills/checker/limit-rules.ts';
import { leastOfPieces, slopePerMinute } from '../../../../../scripts/drills/checker/resource-rules.ts';

const minutes = (n: number) => n * 60_000;

describe('the measures of the checker', () => {
  it('counts the most of some times that lie within a window, wherever it begins', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (times, window) => {
        const most = Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + window).length));
        expect(mostWithin(times, window)).to.equal(most);
      }),
    );
  });

  it('sees through garbage that comes and goes to what really grows', () => {
    const saw = (perMinute: number) =>
      Array.from({ length: 600 }, (_, n) => ({ at: n * 2_000, value: 150 + (n % 20) * 3 + (perMinute * n) / 30 }));
    expect(slopePerMinute(leastOfPieces(saw(0)))).to.be.closeTo(0, 0.3);
    expect(slopePerMinute(leastOfPieces(saw(2)))).to.be.closeTo(2, 0.3);
    expect(leastOfPieces([{ at: 0, value: 3 }])).to.deep.equal([{ at: 0, value: 3 }]);
    expect(
      slopePerMinute([
        { at: 0, value: 1 },
        { at: minutes(0.5), value: 99 },
      ]),
    ).to.equal(0);
  });
});
