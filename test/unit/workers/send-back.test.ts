import { DelayedError } from 'bullmq';
import { expect } from 'chai';
import { sendBack } from '../../../src/workers/send-back.ts';
import { rejection } from '../../support/errors.ts';

const away = () => Object.assign(new Error('the database did not answer'), { code: 'ECONNREFUSED' });

/** A job whose queue fails with these errors, one after the other, before it takes the job back. */
function jobOf(...failures: Error[]) {
  const asked: number[] = [];
  const moveToDelayed = async (until: number) => {
    asked.push(until);
    const failure = failures.shift();
    if (failure) throw failure;
  };
  return { asked, job: { moveToDelayed } };
}

describe('a job that is sent back', () => {
  it('is asked of a queue that is away until it answers, for the time that was meant at first', async () => {
    const { asked, job } = jobOf(away(), away());
    expect(await rejection(sendBack(job, 'token', 2_000))).to.be.instanceOf(DelayedError);
    expect(asked).to.have.length(3);
    expect(new Set(asked).size).to.equal(1);
  });

  it('is left to the end of its lock when the queue stays away', async () => {
    const { job } = jobOf(away(), away());
    expect(await rejection(sendBack(job, 'token', 2_000, 0))).to.include({ code: 'ECONNREFUSED' });
  });

  it('is given up at once when it is no longer ours', async () => {
    const { asked, job } = jobOf(new Error('lock mismatch'));
    expect((await rejection(sendBack(job, 'token', 2_000))).message).to.equal('lock mismatch');
    expect(asked).to.have.length(1);
  });
});
