import { expect } from 'chai';
import { RECORDED_CASES } from '../../../../fixtures/recorded-cases/index.ts';
import { type Judged, judge } from '../../../../fixtures/recorded-cases/judge.ts';

/** The share that must hold. All cases have been looked at by now: how well others are judged, the first runs in docs/analysis.md tell. */
const FLOORS = { stated: 0.98, named: 0.99, class: 0.98, culprit: 0.9 } as const;
/** Several files take their part each, so that they run side by side. */
const PARTS = 3;

const share = (judged: Judged[], is: (one: Judged) => boolean): number => judged.filter(is).length / judged.length;

/** Every third recorded case, beginning with the one at `part`, is judged as well as it has to be; so many healthy ones may be called broken. */
export function holdForPart(part: 0 | 1 | 2, mostFalseAlarms: number): void {
  describe(`recorded clusters, as kubectl prints them (part ${part + 1} of ${PARTS})`, function () {
    // Hundreds of cases, and machines that do much else.
    this.timeout(600_000);
    const cases = RECORDED_CASES.filter((_, index) => index % PARTS === part);
    let judged: Judged[] = [];
    before(() => {
      judged = cases.map(judge);
    });
    const healthy = new Set(cases.filter((one) => one.class === 'healthy').map(({ id }) => id));

    it('the cause is stated and its component named', () => {
      const faults = judged.filter(({ id }) => !healthy.has(id));
      expect(share(faults, ({ stated }) => stated)).to.be.at.least(FLOORS.stated);
      expect(share(faults, ({ named }) => named)).to.be.at.least(FLOORS.named);
      expect(share(judged, (one) => one.class)).to.be.at.least(FLOORS.class);
    });

    it('the commit that did it, or that none did, is told', () => {
      const known = judged.filter(({ culprit }) => culprit !== null);
      expect(share(known, ({ culprit }) => culprit === true)).to.be.at.least(FLOORS.culprit);
    });

    it('hardly a sentence of a cause is more than its evidence bears out', () => {
      expect(share(judged, ({ cut }) => cut)).to.be.at.most(0.005);
    });

    it('hardly anything healthy is called broken, and confidence means something', () => {
      const alarms = judged.filter(({ falseAlarm }) => falseAlarm).map(({ id }) => id);
      expect(alarms, alarms.join(', ')).to.have.lengthOf.at.most(mostFalseAlarms);
      expect(share(judged, ({ confidentWrong }) => confidentWrong)).to.be.at.most(0.01);
    });
  });
}
