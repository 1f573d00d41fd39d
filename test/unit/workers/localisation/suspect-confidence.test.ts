import { expect } from 'chai';
import fc from 'fast-check';
import type { Suspect } from '../../../../src/workers/localisation/suspect.ts';
import { IDENTIFIED, suspectConfidence } from '../../../../src/workers/localisation/suspect-confidence.ts';

const suspect = (score: number, mechanism?: number, direct = mechanism ?? 0): Suspect => ({
  service: 'till',
  instance: null,
  score,
  onset: null,
  class: 'resource',
  reasons: [],
  evidence: [],
  ...(mechanism !== undefined && { support: { kinds: 1, mechanism, direct, sawDirectly: true } }),
});

describe('the confidence of a suspect', () => {
  it('is next to certain only where the score is high and the mechanism shows', () => {
    expect(suspectConfidence([suspect(1, 0.9), suspect(0.05, 0)])).to.equal(IDENTIFIED);
    expect(suspectConfidence([suspect(1, 0, 1), suspect(0.05, 0)])).to.be.within(0.8, 0.98);
    expect(suspectConfidence([suspect(0.5, 0), suspect(0.05, 0)])).to.be.below(0.6);
    expect(suspectConfidence([suspect(0.1, 0.1), suspect(0.09, 0)])).to.be.below(0.3);
  });

  it('never reaches that by the score alone, and never falls when there is more to say', () => {
    const score = fc.double({ min: 0.001, max: 50, noNaN: true });
    fc.assert(
      fc.property(score, score, fc.double({ min: 0, max: 1, noNaN: true }), (high, other, mechanism) => {
        const of = (shown: number) => suspectConfidence([suspect(high, shown), suspect(other, 0)])!;
        expect(of(0)).to.be.below(IDENTIFIED);
        expect(of(mechanism)).to.be.within(of(0), IDENTIFIED);
      }),
    );
  });

  it('is unknown where the scores were never calibrated', () => {
    expect(suspectConfidence([suspect(1)])).to.equal(null);
    expect(suspectConfidence([])).to.equal(null);
  });
});
