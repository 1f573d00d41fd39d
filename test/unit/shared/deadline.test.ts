import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { pause, withDeadline } from '../../../src/shared/deadline.ts';
import { rejection } from '../../support/errors.ts';

const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('gives what the work gives, and leaves no timer and no listener behind', async () => {
    const outer = new AbortController();
    expect(await withDeadline('work', 1_000, async () => 'done', outer.signal)).to.equal('done');
    expect(getEventListeners(outer.signal, 'abort')).to.have.length(0);
  });

  it('ends work that takes too long, tells it so, and says what it was', async () => {
    let told: AbortSignal | null = null;
    const late = withDeadline('asking Slack', 5, (signal) => {
      told = signal;
      return never();
    });
    const error = await rejection(late);
    expect(error).to.include({ code: 'deadline_exceeded', retryable: true });
    expect(error.message).to.equal('asking Slack took longer than 5 ms');
    expect(told!.aborted).to.equal(true);
  });

  it('ends with the signal of the caller, also one that was aborted before', async () => {
    const reason = new Error('shutting down');
    const outer = new AbortController();
    const running = rejection(withDeadline('work', 1_000, never, outer.signal));
    outer.abort(reason);
    expect(await running).to.equal(reason);
    expect(await rejection(withDeadline('work', 1_000, never, outer.signal))).to.equal(reason);
  });

  it('hears nothing of work that fails after its end', async () => {
    const gate = Promise.withResolvers<never>();
    await rejection(withDeadline('work', 1, () => gate.promise));
    gate.reject(new Error('too late'));
    await pause(1);
  });

  it('leaves no rejection unheard when the work throws at once under an aborted signal', async () => {
    const unheard: unknown[] = [];
    const note = (reason: unknown) => void unheard.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    const throwing = () => {
      throw new Error('at once');
    };
    const error = await rejection(withDeadline('work', 1_000, throwing, AbortSignal.abort(new Error('before'))));
    expect(error.message).to.equal('at once');
    await pause(1);
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
    expect(unheard).to.deep.equal([]);
  });
});

describe('a pause', () => {
  it('ends early and without an error when its signal is aborted', async () => {
    const stop = new AbortController();
    const paused = pause(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await paused;
    await pause(60_000, stop.signal);
  });
});
