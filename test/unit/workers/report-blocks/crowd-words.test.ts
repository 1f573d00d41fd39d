import { expect } from 'chai';
import { crowdWords } from '../../../../src/workers/report-blocks/crowd-words.ts';
import { writeReport } from '../../../../src/workers/write-report.ts';
import { sampleView } from './sample-views.ts';

const crowd = {
  names: ['KubePodCrashLooping', 'HighLatency'],
  since: 0,
  lastAt: '2026-11-20T12:03:04.000Z',
  newNames: [],
};

describe('what a message says of the alerts of an incident', () => {
  const view = sampleView({});

  it('is nothing for one alert', () => {
    expect(crowdWords(view)).to.deep.equal([]);
  });

  it('names the kinds of alerts that it stands for', () => {
    expect(crowdWords({ ...view, crowd })).to.deep.equal(['Alerts in this incident: KubePodCrashLooping, HighLatency']);
    const names = Array.from({ length: 9 }, (_, n) => `Alert${n}`);
    expect(crowdWords({ ...view, crowd: { ...crowd, names } })[0]).to.match(/Alert4 and more$/);
  });

  it('says what is new since the analysis, so that nobody needs another one', () => {
    const again = { ...crowd, names: ['HighLatency'], since: 4 };
    expect(crowdWords({ ...view, crowd: again })).to.deep.equal([
      'Since this analysis it fired 4 times, last at 12:03 UTC; nothing else is new',
    ]);
    const fresh = { ...again, since: 1, newNames: ['DiskFull'] };
    expect(crowdWords({ ...view, crowd: fresh })[0]).to.match(/fired once, last at 12:03 UTC; new: DiskFull$/);
    expect(crowdWords({ ...view, report: null, crowd: again })).to.deep.equal([]);
  });

  it('says that all is resolved, and stands in the message with names that cannot ping', () => {
    const hostile = { ...crowd, names: ['<!channel>', 'HighLatency'] };
    const incident = { ...view.incident, alertCount: 2, resolvedAt: '2026-11-20T12:10:00.000Z' };
    const text = JSON.stringify(writeReport({ ...view, crowd: hostile, incident }).reply.blocks);
    expect(text).to.include('All alerts were resolved by 12:10 UTC').and.include('HighLatency');
    expect(text).to.not.include('<!channel>');
  });
});
