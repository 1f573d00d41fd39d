import { expect } from 'chai';
import { syntheticCase } from '../../../../../scripts/eval/stress/synthetic-case.ts';
import { localise } from '../../../../../src/workers/localisation/localise.ts';

const CASES = Array.from({ length: 12 }, (_, index) => syntheticCase(`test ${index}`));

describe('synthetic cases', () => {
  it('are the same for the same seed and differ for others', () => {
    const text = ({ input }: (typeof CASES)[number]) => JSON.stringify(input);
    expect(text(syntheticCase('test 1'))).to.equal(text(CASES[1]!));
    expect(text(CASES[1]!)).not.to.equal(text(CASES[2]!));
  });

  it('hold their faulty service in the evidence', () => {
    for (const { input, service } of CASES) expect(JSON.stringify(input.evidence)).to.contain(service);
  });

  it('with more CPU or memory used up are all localised', () => {
    const used = CASES.filter(({ tags }) => tags.includes('cpu') || tags.includes('memory'));
    expect(used).not.to.be.empty;
    for (const { input, service } of used) expect(localise(input)[0]?.service).to.equal(service);
  });
});
