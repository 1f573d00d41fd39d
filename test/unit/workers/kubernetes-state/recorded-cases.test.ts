import { expect } from 'chai';
import { RECORDED_CASES } from '../../../fixtures/recorded-cases/index.ts';
import { type Judged, judge } from '../../../fixtures/recorded-cases/judge.ts';

/** The share that must hold; the unseen half was not looked at while the analysis was made, but for three healthy cases after their first run. */
const FLOORS = {
  seen: { stated: 0.99, named: 0.99, class: 0.99, falseAlarms: 0, culprit: 0.95 },
  unseen: { stated: 0.9, named: 0.94, class: 0.94, falseAlarms: 2, culprit: 0.75 },
} as const;

const share = (judged: Judged[], is: (one: Judged) => boolean): number => judged.filter(is).length / judged.length;

describe('recorded clusters, as kubectl prints them', function () {
  // 795 cases, and machines that do much else.
  this.timeout(300_000);
  let judged: Judged[] = [];
  before(() => {
    judged = RECORDED_CASES.map(judge);
  });
  const healthy = new Set(RECORDED_CASES.filter((one) => one.class === 'healthy').map(({ id }) => id));

  for (const half of ['seen', 'unseen'] as const) {
    const own = () => judged.filter((one) => one.half === half);

    it(`the cause is stated and its component named in the ${half} half`, () => {
      const faults = own().filter(({ id }) => !healthy.has(id));
      expect(share(faults, ({ stated }) => stated)).to.be.at.least(FLOORS[half].stated);
      expect(share(faults, ({ named }) => named)).to.be.at.least(FLOORS[half].named);
      expect(share(own(), (one) => one.class)).to.be.at.least(FLOORS[half].class);
    });

    it(`the commit that did it, or that none did, is told in the ${half} half`, () => {
      const known = own().filter(({ culprit }) => culprit !== null);
      expect(share(known, ({ culprit }) => culprit === true)).to.be.at.least(FLOORS[half].culprit);
    });

    it(`hardly anything healthy is called broken in the ${half} half, and confidence means something`, () => {
      expect(own().filter(({ falseAlarm }) => falseAlarm).length).to.be.at.most(FLOORS[half].falseAlarms);
      expect(share(own(), ({ confidentWrong }) => confidentWrong)).to.be.at.most(0.03);
    });
  }
});
