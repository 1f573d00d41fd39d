import { expect } from 'chai';
import { createPickUps } from '../../../src/workers/pick-ups.ts';

const RUNNING = new AbortController().signal;
const HOUR_MS = 3_600_000;

describe('investigations that are picked up', () => {
  const settles = async (settled: Promise<void>) => {
    const turn = new Promise<string>((done) => setImmediate(() => done('waits')));
    return await Promise.race([settled.then(() => 'goes on'), turn]);
  };

  it('wait for the others of a burst, and go on when it is over', async () => {
    const pickUps = createPickUps({ quietMs: 5, mostMs: HOUR_MS });
    const first = pickUps.settle(RUNNING);
    const second = pickUps.settle(RUNNING);
    expect(await settles(first)).to.equal('waits');
    await Promise.all([first, second]);
  });

  it('do not wait for a burst that does not end', async () => {
    const pickUps = createPickUps({ quietMs: 5, mostMs: 10 });
    const burst = setInterval(() => void pickUps.settle(RUNNING), 1);
    await pickUps.settle(RUNNING);
    clearInterval(burst);
  });

  it('go on when they are to stop', async () => {
    const pickUps = createPickUps({ quietMs: HOUR_MS });
    const stop = new AbortController();
    const waiting = pickUps.settle(stop.signal);
    stop.abort();
    await waiting;
  });
});
