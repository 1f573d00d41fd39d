import { expect } from 'chai';
import fc from 'fast-check';
import { syntheticStorm } from '../../../../scripts/eval/stress/synthetic-storm.ts';
import { stormConfidence } from '../../../../src/workers/localisation/alert-storm-confidence.ts';
import { alertStormSuspects, rankStorm } from '../../../../src/workers/localisation/alert-storm-suspects.ts';

const storms = Array.from({ length: 300 }, (_, index) => syntheticStorm(`confidence ${index}`));

describe('the confidence in the first suspect of an alert storm', () => {
  it('is about the share of storms of random systems that began there', () => {
    const claims = storms.flatMap(({ input, service }) => {
      const [first, second] = alertStormSuspects(input);
      return second ? [{ said: first!.probability!, right: first!.service === service }] : [];
    });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(claims.length).to.be.above(200);
    for (const sure of [true, false]) {
      const own = claims.filter(({ said }) => said >= 0.7 === sure);
      expect(mean(own.map(({ right }) => Number(right)))).to.be.closeTo(mean(own.map(({ said }) => said)), 0.1);
    }
  });

  it('is a probability, of the first suspect alone', () => {
    for (const { input } of storms.slice(0, 50)) {
      const [first, ...others] = alertStormSuspects(input);
      if (first) expect(first.probability).to.be.within(0, 1);
      for (const other of others) expect(other.probability).to.equal(undefined);
    }
  });

  it('grows with the share of the blame', () => {
    const features = rankStorm(storms.find(({ input }) => rankStorm(input))!.input)!.features;
    const odds = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(odds, odds, (one, other) => {
        const said = (share: number) => stormConfidence({ ...features, share });
        expect(said(Math.max(one, other))).to.be.at.least(said(Math.min(one, other)));
      }),
    );
  });
});
