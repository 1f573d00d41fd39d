import { expect } from 'chai';
import fc from 'fast-check';
import { jobPriority, turnOf } from '../../../src/shared/job-priority.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

describe('the priority of a job', () => {
  it('puts critical incidents first, and lets nothing overtake what has waited long enough', () => {
    const at = (priority: number, minutes: number) => jobPriority(turnOf(priority, NOON + minutes * MINUTE));
    expect([1, 2, 3, 4, 5].map((priority) => at(priority, 0))).to.deep.equal(
      [1, 2, 3, 4, 5].map((priority) => at(priority, 0)).toSorted((one, other) => one - other),
    );
    expect(at(2, 224)).to.be.below(at(4, 0));
    expect(at(2, 226)).to.be.above(at(4, 0));
    expect(at(3, 180 + 1)).to.be.above(at(4, 0));
  });

  it('lets a critical incident overtake a backlog whose turn has come for eight hours, and no longer', () => {
    const at = (priority: number, minutes: number) => jobPriority(turnOf(priority, NOON + minutes * MINUTE));
    for (const [priority, waits] of [
      [2, 15],
      [3, 60],
      [4, 240],
      [5, 480],
    ] as const) {
      expect(at(1, waits + 479)).to.be.below(at(priority, 0));
      expect(at(1, waits + 481)).to.be.above(at(priority, 0));
    }
  });

  it('is a number that BullMQ takes, at any time', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(jobPriority(date.getTime()))
          .to.be.within(1, 2 ** 21)
          .and.satisfy(Number.isInteger);
      }),
    );
    expect(jobPriority(Date.UTC(2040, 0, 1))).to.be.at.most(2 ** 21 - 1);
  });
});
