import { expect } from 'chai';
import { atDailyPeak } from '../../../../../scripts/eval/stress/daily-peak.ts';
import { syntheticCase } from '../../../../../scripts/eval/stress/synthetic-case.ts';
import { localise } from '../../../../../src/workers/localisation/localise.ts';

const DAY_MS = 86_400_000;
const CASES = Array.from({ length: 20 }, (_, index) => syntheticCase(`peak ${index}`)).filter(({ tags }) =>
  tags.includes('memory'),
);
const { input } = CASES[0]!;
type Series = { points: [number, number][] };
const metrics = ({ evidence }: typeof input, name: string) =>
  evidence
    .filter(({ query }) => query.metric === name)
    .map((item) => ({ item, series: (item.data as { series: Series[] }).series }));

describe('a case at the daily peak', () => {
  it('rises towards the alert, knows the hour before it, and did so a day and a week before', () => {
    const name = 'pod_requests_per_second';
    const [today, ...earlier] = metrics(atDailyPeak({ daysKnown: true })(input, 'a'), name);
    const [before] = metrics(input, name);
    const back = earlier.map(({ item }) => (Date.parse(today!.item.from!) - Date.parse(item.from!)) / DAY_MS);
    expect(back).to.deep.equal([1, 7]);
    today!.series.forEach(({ points }, index) => {
      const was = before!.series[index]!.points;
      expect(points.length).to.be.above(50);
      expect(points.at(-1)![1]).to.be.at.least(1.4 * was.at(-1)![1]);
    });
  });

  it('has the same peak and no earlier days where they are not known', () => {
    const known = atDailyPeak({ daysKnown: true })(input, 'a').evidence;
    const unknown = atDailyPeak({ daysKnown: false })(input, 'a').evidence;
    expect(unknown).to.have.length(input.evidence.length);
    expect(known.length).to.be.above(unknown.length);
    expect(known.map(({ number }) => number)).to.deep.equal(known.map((_, index) => index + 1));
  });

  it('is told as a rush, unless earlier days rose as well', () => {
    const rush = (daysKnown: boolean | null) => {
      const seen = daysKnown === null ? input : atDailyPeak({ daysKnown })(input, 'a');
      return localise(seen)[0]!.support!.rush;
    };
    expect(rush(false)).to.be.above(rush(null) + 0.1);
    expect(rush(true)).to.be.below(rush(false) - 0.1);
  });

  it('is localised as before where its fault has no season', () => {
    for (const one of CASES) {
      const [first] = localise(atDailyPeak({ daysKnown: true })(one.input, 'a'));
      expect(first?.service).to.equal(one.service);
    }
  });
});
