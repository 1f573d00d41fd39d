import { expect } from 'chai';
import {
  fitSignatures,
  fitTable,
  type Lesson,
  probabilities,
} from '../../../../../scripts/eval/learn/fit-signatures.ts';

/** The one at fault has the first trait for the first trouble and the second for the second; all have the third. */
const LESSONS: Lesson[] = Array.from({ length: 40 }, (_, index) => {
  const trouble = index % 2;
  const atFault = index % 3;
  const instances = [0, 1, 2].map((instance) => [
    instance === atFault && trouble === 0 ? 1 : 0,
    instance === atFault && trouble === 1 ? 1 : 0,
    1,
  ]);
  return { instances, atFault, trouble };
});
const SHRINKAGE = { mean: 1, apart: 1 };

describe('learning signatures', () => {
  it('finds which trait speaks for which trouble, and that what all have tells nothing', () => {
    const weights = fitSignatures(LESSONS, 2, SHRINKAGE);
    expect(weights[0]![0]).to.be.greaterThan(1);
    expect(weights[1]![1]).to.be.greaterThan(1);
    expect(Math.abs(weights[0]![2]!)).to.be.lessThan(0.2);
  });

  it('gives the one at fault and its trouble most of a probability that sums up to one', () => {
    const weights = fitSignatures(LESSONS, 2, SHRINKAGE);
    const all = probabilities(LESSONS[4]!.instances, weights);
    expect(all.flat().reduce((sum, one) => sum + one, 0)).to.be.closeTo(1, 1e-9);
    expect(Math.max(...all.flat())).to.equal(all[LESSONS[4]!.atFault]![LESSONS[4]!.trouble]);
  });

  it('shrinks more the stronger the shrinkage', () => {
    const [loose] = fitSignatures(LESSONS, 2, { mean: 0.1, apart: 0.1 });
    const [tight] = fitSignatures(LESSONS, 2, { mean: 20, apart: 20 });
    expect(Math.abs(tight![0]!)).to.be.lessThan(Math.abs(loose![0]!));
  });

  it('rounds the table and leaves small weights out', () => {
    const table = fitTable(LESSONS, 2, SHRINKAGE, { least: 0.3, step: 0.5 });
    expect(table.flat().every((weight) => Number.isInteger(weight * 2))).to.equal(true);
    expect(table[0]![2]).to.equal(0);
  });
});
