import { expect } from 'chai';
import { climbsSince } from '../../../../src/workers/changes/climbing-series.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import { incident } from '../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../support/evidence-fixtures.ts';

const MINUTES = 130;
const series = (valueAt: (minutesAgo: number) => number): [number, number][] =>
  Array.from({ length: MINUTES }, (_, index) => {
    const minutesAgo = MINUTES - index;
    return [Date.parse(at(minutesAgo)), valueAt(minutesAgo) + (index % 3)];
  });
const since = (minutesAgo: number) => (now: number) => 40 + Math.max(0, minutesAgo - now) * 5;
const ms = (minutesAgo: number) => Date.parse(at(minutesAgo));

describe('what is open and climbs', () => {
  const open = { service: 'berths', metric: 'process_open_fds', evidence: 30 };
  const climbs = (valueAt: (minutesAgo: number) => number, from: number): boolean =>
    climbsSince({ ...open, points: series(valueAt) }, ms(from), ms(5));

  it('climbs since a change where it was level before and never goes back', () => {
    expect(climbs(since(100), 100)).to.equal(true);
    expect(climbs((now) => Math.min(300, since(100)(now)), 100)).to.equal(true);
    expect(climbs(since(100), 60)).to.equal(false);
    expect(climbs(() => 40, 100)).to.equal(false);
    expect(climbs((now) => (now > 100 ? 40 : 400), 100)).to.equal(false);
    expect(climbs((now) => 40 + (now % 30) * 9, 100)).to.equal(false);
  });

  it('tells when a leak began, long before anybody suffers', () => {
    const time = (valueAt: (minutesAgo: number) => number) => {
      const diff =
        ' const file = await open(path);\n+ if (empty) return null;\n const read = await parse(file);\n file.close();';
      const leak = {
        id: 'fee2',
        title: 'empty days',
        files: ['read.ts'],
        diff,
        deployed: ['berths', 100] as [string, number],
      };
      const complaints = [{ service: 'berths', body: 'EMFILE: too many open files, open day %' }];
      const about = incident({ service: 'berths', metric: 'http_5xx_ratio', complaints, commits: [leak] });
      const labels = { 'service.name': 'berths' };
      const data = { metric: open.metric, series: [{ labels, unit: null, points: series(valueAt) }], warning: null };
      const verdict = suspectChange({
        ...about,
        evidence: [...about.evidence, evidence(30, 'metrics.query', data, { metric: open.metric, service: 'berths' })],
      })!;
      return (verdict.culprit ?? verdict.ruledOut[0]!.judged).time;
    };
    expect(time(since(100)).why).to.include('process_open_fds of berths has climbed since it came');
    expect(time(since(100)).evidence).to.deep.equal([30]);
    expect(time(() => 40).score).to.be.lessThan(time(since(100)).score);
  });
});
