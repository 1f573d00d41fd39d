import { expect } from 'chai';
import fc from 'fast-check';
import { randomOf } from '../../../../../scripts/eval/stress/random.ts';
import { periodOf } from '../../../../../src/workers/localisation/statistics/period.ts';

const series = (length: number, value: (index: number) => number) => Array.from({ length }, (_, index) => value(index));
/** The same jitter every time, -0.5 to 0.5. */
const jitter = (index: number) => ((index * 7919 + (index * index * 104_729) / 13) % 1000) / 1000 - 0.5;

describe('the period of a series', () => {
  it('is found whatever its length, its phase and how steep the trend under it', () => {
    const given = fc.tuple(fc.integer({ min: 5, max: 30 }), fc.nat(30), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(given, ([period, phase, slope]) => {
        const values = series(5 * period + 20, (index) => {
          const isSpike = (index + phase) % period === 0;
          return 1000 + slope * index + (isSpike ? 900 : 0) + jitter(index);
        });
        expect(periodOf(values)).to.equal(period);
      }),
    );
  });

  it('is found in waves as well, a wild value or not', () => {
    const wave = series(120, (index) => 50 + 30 * Math.sin((2 * Math.PI * index) / 24) + jitter(index));
    expect(periodOf(wave)).to.equal(24);
    expect(periodOf(wave.with(50, 100_000))).to.equal(24);
  });

  it('is none of a level, a trend, a step, a walk or too few values', () => {
    expect(periodOf(series(200, () => 5))).to.equal(null);
    expect(periodOf(series(200, (index) => 3 * index + jitter(index)))).to.equal(null);
    expect(periodOf(series(200, (index) => (index < 120 ? 10 : 90) + jitter(index)))).to.equal(null);
    let walk = 0;
    expect(periodOf(series(200, (index) => (walk += jitter(index))))).to.equal(null);
    expect(periodOf(series(20, (index) => index % 5))).to.equal(null);
  });

  it('is hardly ever one of noise', () => {
    const found = Array.from({ length: 10_000 }, (_, seed) => {
      const random = randomOf(`noise ${seed}`);
      const noise = periodOf(series(90, random));
      // Most of the time nothing, then something: some few wild values can be evenly apart by chance.
      const spikes = periodOf(series(90, () => (random() < 0.08 ? 50 + 50 * random() : random())));
      return { noise, spikes };
    });
    expect(found.filter(({ noise }) => noise !== null)).to.have.length(0);
    expect(found.filter(({ spikes }) => spikes !== null).length).to.be.below(found.length / 1_000);
  });
});
