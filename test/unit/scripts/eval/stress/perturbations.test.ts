import { expect } from 'chai';
import { PERTURBATIONS, renamed } from '../../../../../scripts/eval/stress/perturbations.ts';
import { syntheticCase } from '../../../../../scripts/eval/stress/synthetic-case.ts';
import { localise } from '../../../../../src/workers/localisation/localise.ts';

const CASE = Array.from({ length: 20 }, (_, index) => syntheticCase(`perturbed ${index}`)).find(
  ({ tags }) => tags.includes('cpu') || tags.includes('memory'),
)!;

describe('perturbations', () => {
  it('leave the case itself as it was, and give the same for the same seed', () => {
    const before = JSON.stringify(CASE.input);
    for (const { perturb } of Object.values(PERTURBATIONS)) {
      const [one, other] = [perturb(CASE.input, 'a'), perturb(CASE.input, 'a')];
      expect(JSON.stringify(one)).to.equal(JSON.stringify(other));
    }
    expect(JSON.stringify(CASE.input)).to.equal(before);
  });

  it('of the order and of the names change nothing of the answer', () => {
    const [first] = localise(CASE.input);
    expect(localise(PERTURBATIONS['in any order']!.perturb(CASE.input, 'b'))[0]?.service).to.equal(first?.service);
    const { input, names } = renamed(CASE.input, 'c');
    expect(localise(input)[0]?.service).to.equal(names.get(first!.service));
    expect(JSON.stringify(input)).not.to.contain(first!.service);
  });

  it('take away what they say', () => {
    const capabilities = (name: string) =>
      PERTURBATIONS[name]!.perturb(CASE.input, 'd').evidence.map(({ capability }) => capability);
    expect(capabilities('no metrics')).not.to.contain('metrics.query');
    expect(capabilities('no metrics')).to.contain('traces.query');
    expect(capabilities('no traces')).not.to.contain('traces.query');
  });
});
