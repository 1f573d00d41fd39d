import { expect } from 'chai';
import { blameEnds } from '../../../../../src/workers/localisation/symptoms/blame-ends.ts';

const loss = (caller: string, callee: string, certainty: number) => ({
  caller,
  callee,
  amount: 100 * certainty,
  certainty,
  calls: 10,
});
const worst = (blamed: Map<string, number>) => [...blamed].sort(([, left], [, right]) => right - left)[0]?.[0];

describe('blaming the ends of slow calls', () => {
  it('blames the callee when the caller reaches its other callees as before', () => {
    expect(worst(blameEnds([loss('door', 'a', 1), loss('door', 'b', 0), loss('door', 'c', 0)]))).to.equal('a');
  });

  it('blames the caller when it reaches none of its callees as before', () => {
    const others = [loss('desk', 'a', 0), loss('desk', 'b', 0)];
    expect(worst(blameEnds([loss('door', 'a', 1), loss('door', 'b', 1), ...others]))).to.equal('door');
  });

  it('blames the one in the middle whose calls in both directions lost', () => {
    const calls = [loss('door', 'mid', 1), loss('mid', 'end', 1), loss('door', 'end', 0), loss('door', 'x', 0)];
    expect(worst(blameEnds(calls))).to.equal('mid');
  });

  it('splits all that was lost and blames nobody for nothing', () => {
    const total = [...blameEnds([loss('a', 'b', 1), loss('b', 'c', 0.5)]).values()].reduce((sum, one) => sum + one, 0);
    expect(total).to.be.closeTo(150, 1e-9);
    expect(blameEnds([loss('a', 'b', 0)]).size).to.equal(0);
  });
});
