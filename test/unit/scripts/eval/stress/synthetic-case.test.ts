import { expect } from 'chai';
import { requestsOnlyCase, syntheticCase } from '../../../../../scripts/eval/stress/synthetic-case.ts';
import { FAULTS } from '../../../../../scripts/eval/stress/synthetic-requests.ts';
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

  it('of systems that measure requests only have an alert that fires, and localisation knows what was measured', () => {
    const cases = CASES.map((_, index) => requestsOnlyCase(`test ${index}`));
    const noticed = cases.filter((one) => one !== null);
    expect(noticed.length).to.be.within(1, cases.length - 1);
    for (const { input } of noticed) {
      expect(input.alerts[0]!.title).to.match(/^(Success rate of \w+ is low|Latency of \w+ is high)$/);
      for (const { support } of localise(input)) expect(support).to.include({ requestsOnly: true, use: 0 });
    }
    for (const { support } of localise(CASES[0]!.input)) expect(support).to.include({ requestsOnly: false });
  });

  it('play every fault', () => {
    const faults = new Set(Array.from({ length: 60 }, (_, index) => syntheticCase(`fault ${index}`).tags[0]));
    expect([...faults].sort()).to.deep.equal([...FAULTS].sort());
  });
});
