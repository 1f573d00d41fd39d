import { expect } from 'chai';
import { countsNone, tellsEnd, tellsFailure } from '../../../../../src/workers/detectors/support/work-words.ts';

describe('words of work', () => {
  it('takes what is counted and is none for no failure', () => {
    for (const line of ['412 rows done, 0 failed', 'finished errors=0', 'done without any error', '{"failed": 0}'])
      expect([tellsFailure(line), countsNone(line)], line).to.deep.equal([false, true]);
  });

  it('tells failures that are counted from those that are none', () => {
    for (const line of ['finished with 3 errors', '0 warnings, 2 failed', 'failed=12 done=88', 'not completed'])
      expect(tellsFailure(line), line).to.equal(true);
  });

  it('knows an end by its usual words', () => {
    for (const line of ['backfill completed in 12m', 'consumer caught up', 'nothing left to do'])
      expect(tellsEnd(line), line).to.equal(true);
    expect(tellsEnd('reindex started, 40 shards')).to.equal(false);
  });
});
