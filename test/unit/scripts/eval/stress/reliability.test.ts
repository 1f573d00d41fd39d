import { expect } from 'chai';
import { reliability, upperBound } from '../../../../../scripts/eval/stress/reliability.ts';

describe('the reliability of claims', () => {
  it('has the bounds of Clopper and Pearson', () => {
    expect(upperBound(0, 100)).to.be.closeTo(0.0295, 0.0001);
    expect(upperBound(2, 50)).to.be.closeTo(0.1206, 0.0005);
    expect(upperBound(3, 3)).to.equal(1);
  });

  it('says how often each range was right, and how many identified ones were wrong', () => {
    const claims = [
      ...Array.from({ length: 4 }, (_, index) => ({ confidence: 0.75, right: index > 0 })),
      { confidence: 0.99, right: false },
    ];
    const lines = reliability(claims);
    expect(lines[0]).to.match(/ 4 {2}said 0\.750 {2}was 0\.750/);
    expect(lines.at(-1)).to.contain('identified 1 of 5, wrong 1');
  });
});
