import { expect } from 'chai';
import fc from 'fast-check';
import type { Support, Suspect } from '../../../../src/workers/localisation/suspect.ts';
import { IDENTIFIED, suspectConfidence } from '../../../../src/workers/localisation/suspect-confidence.ts';

const suspect = (score: number, support?: Partial<Support>): Suspect => ({
  service: 'till',
  instance: null,
  score,
  onset: null,
  class: 'resource',
  reasons: [],
  evidence: [],
  ...(support && { support: { shown: 0, direct: 0, use: 0, rush: 0, requestsOnly: false, ...support } }),
});

const of = (score: number, support: Partial<Support>) => suspectConfidence([suspect(score, support)])!;

describe('the confidence of a suspect', () => {
  it('is next to certain only where the score is high and the fault itself shows', () => {
    expect(of(1, { shown: 0.9, direct: 0.9 })).to.equal(IDENTIFIED);
    expect(of(1, { direct: 1 })).to.be.within(0.8, 0.98);
    expect(of(0.5, {})).to.be.below(0.6);
    expect(of(0.05, { shown: 0.05, direct: 0.05 })).to.be.below(0.3);
  });

  it('is low for a resource whose use rose a little while nothing else speaks for the suspect', () => {
    const spans = of(0.2, { shown: 0.2, direct: 0.2 });
    expect(of(0.2, { shown: 0.2, direct: 0.2, use: 1 }))
      .to.be.below(0.5)
      .and.below(spans);
  });

  it('is lower for the use of a resource while everybody is asked more', () => {
    expect(of(0.4, { shown: 0.4, direct: 0.4, use: 1 })).to.be.above(0.8);
    expect(of(0.4, { shown: 0.4, direct: 0.4, use: 1, rush: 0.5 })).to.be.below(0.5);
    expect(of(0.4, { shown: 0.4, direct: 0.4, rush: 0.5 })).to.equal(of(0.4, { shown: 0.4, direct: 0.4 }));
  });

  it('speaks of the place where only requests are measured, and says no more than they tell', () => {
    expect(of(0.4, { requestsOnly: true })).to.be.within(0.6, 0.84);
    expect(of(50, { requestsOnly: true })).to.equal(0.85);
  });

  it('never reaches certainty by the score alone, and never falls when there is more to say', () => {
    const score = fc.double({ min: 0.001, max: 50, noNaN: true });
    fc.assert(
      fc.property(score, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (high, told, requestsOnly) => {
        const none = of(high, { requestsOnly });
        expect(none).to.be.below(IDENTIFIED);
        const direct = of(high, { direct: told, requestsOnly });
        expect(direct).to.be.within(none, IDENTIFIED - 0.01);
        expect(of(high, { shown: told, direct: told, requestsOnly })).to.be.within(direct, IDENTIFIED);
      }),
    );
  });

  it('is what a method itself reckons, but never next to certain', () => {
    expect(suspectConfidence([{ ...suspect(0.7), probability: 0.614 }])).to.equal(0.61);
    expect(suspectConfidence([{ ...suspect(1), probability: 1 }])).to.be.below(IDENTIFIED - 0.01);
  });

  it('is unknown where the scores were never calibrated', () => {
    expect(suspectConfidence([suspect(1)])).to.equal(null);
    expect(suspectConfidence([])).to.equal(null);
  });
});
