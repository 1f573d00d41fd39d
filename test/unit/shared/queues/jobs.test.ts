import { expect } from 'chai';
import { deadLetterJobId, investigateJobId, postJobId } from '../../../../src/shared/queues/jobs.ts';

describe('the ids of jobs', () => {
  it('tell runs and revisions apart, and hold no colon, which BullMQ keeps for itself', () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const ids = [
      investigateJobId(id, 1),
      investigateJobId(id, 2),
      postJobId(id, 1, 1),
      postJobId(id, 1, 2),
      deadLetterJobId(id, 1),
    ];
    expect(new Set(ids).size).to.equal(ids.length);
    for (const one of ids) expect(one).to.not.include(':');
  });
});
