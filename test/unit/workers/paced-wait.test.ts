import { expect } from 'chai';
import { pacedWaitMs } from '../../../src/workers/paced-wait.ts';

describe('the wait of a job for the pace of a channel', () => {
  const longest = (attemptsStarted: number, priority: number) =>
    pacedWaitMs(1_000, { attemptsStarted, opts: { priority } }, () => 1);

  it('is what the pace tells at first, and spreads the longer the job has waited', () => {
    expect(pacedWaitMs(1_000, { attemptsStarted: 20, opts: { priority: 3 } }, () => 0)).to.equal(1_000);
    expect([0, 1, 2, 6, 500].map((starts) => longest(starts, 3))).to.deep.equal([1_000, 1_000, 2_000, 6_000, 21_000]);
  });

  it('stays short for critical incidents', () => {
    expect(longest(500, 1)).to.equal(3_000);
  });
});
