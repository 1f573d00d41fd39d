import { expect } from 'chai';
import {
  confidenceWords,
  durationWords,
  evidenceMarks,
  slackDate,
  spanWords,
} from '../../../../src/workers/report-blocks/words.ts';

describe('words', () => {
  it('says a confidence in a word and in per cent', () => {
    expect([1, 0.85, 0.6, 0.35, 0].map(confidenceWords)).to.deep.equal([
      'high (100 %)',
      'high (85 %)',
      'moderate (60 %)',
      'low (35 %)',
      'very low (0 %)',
    ]);
  });

  it('says a time span in the units that people use', () => {
    expect([0, 870, 2_420, 41_000, 60_000, 185_000, 7_800_000].map(durationWords)).to.deep.equal([
      '0.1 s',
      '0.9 s',
      '2.4 s',
      '41 s',
      '1 min',
      '3 min 5 s',
      '2 h 10 min',
    ]);
  });

  it('knows no span between dates that cannot be read or run backwards', () => {
    expect(spanWords('2026-11-20T03:00:10Z', '2026-11-20T03:00:00Z')).to.equal(null);
    expect(spanWords('never', '2026-11-20T03:00:00Z')).to.equal(null);
    expect(spanWords('2026-11-20T03:00:00Z', null)).to.equal(null);
  });

  it('cites the first eight pieces of evidence and counts the others', () => {
    expect(evidenceMarks([3, 1])).to.equal(' [3] [1]');
    expect(evidenceMarks([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).to.match(/\[8\] and 2 more$/);
    expect(evidenceMarks([])).to.equal('');
  });

  it('writes dates for the reader’s time zone, with UTC where a client shows none', () => {
    expect(slackDate('2026-11-20T03:12:04Z', '{ago}')).to.equal('<!date^1795144324^{ago}|2026-11-20 03:12:04 UTC>');
    expect(slackDate('soon', '{ago}')).to.equal('an unknown time');
  });
});
