import { expect } from 'chai';
import { firstInTime, judgeTime } from '../../../../../scripts/drills/drills/steps.ts';

const LATE = { told: 'late', held: false };
const IN_TIME = { told: 'in time', held: true };

describe('a promise in seconds', () => {
  it('holds where it was kept, and says both numbers', async () => {
    expect(await judgeTime({ what: 'acknowledged', seconds: 0.2, promised: 0.25 })).to.deep.equal({
      told: 'acknowledged: promised within 0.25 s, it took 0.20 s',
      held: true,
    });
  });

  it('holds within its margin, and says what is allowed', async () => {
    const { told, held } = await judgeTime({ what: 'picked up', seconds: 3.9, promised: 2, margin: 2 });
    expect(held).to.equal(true);
    expect(told).to.match(/^picked up: promised within 2 s, it took 3\.9 s; \d+\.\d s are allowed/);
  });

  it('is broken by more than four times the promise, however slow the machine is', async () => {
    const { held } = await judgeTime({ what: 'picked up', seconds: 8.1, promised: 2, margin: 2 });
    expect(held).to.equal(false);
  });
});

describe('tries of one measurement', () => {
  const tried = async (...outcomes: (typeof LATE)[][]) => {
    let tries = 0;
    const verdicts = await firstInTime(outcomes.length, (nth) => {
      tries = nth;
      return Promise.resolve(outcomes[nth - 1]!);
    });
    return { tries, verdicts };
  };

  it('end with the first that is in time in everything', async () => {
    expect(await tried([IN_TIME], [LATE])).to.deep.equal({ tries: 1, verdicts: [IN_TIME] });
    expect(await tried([IN_TIME, LATE], [IN_TIME, IN_TIME], [LATE])).to.deep.equal({
      tries: 2,
      verdicts: [IN_TIME, IN_TIME],
    });
  });

  it('tell what was late where none is', async () => {
    expect(await tried([LATE], [LATE], [IN_TIME, LATE])).to.deep.equal({ tries: 3, verdicts: [IN_TIME, LATE] });
  });
});
