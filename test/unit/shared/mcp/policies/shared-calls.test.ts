import { expect } from 'chai';
import { SharedCalls } from '../../../../../src/shared/mcp/policies/shared-calls.ts';

describe('calls that are shared', () => {
  let now = 0;
  const shared = (options = {}) => new SharedCalls<string>({ now: () => now, ...options });
  const question = (signal = new AbortController().signal, ttlMs = 100) => ({
    ttlMs,
    signal,
    gone: () => new Error('gone'),
    sizeOf: (value: string) => value.length,
  });
  beforeEach(() => {
    now = 0;
  });

  it('are made once for all who ask at the same time, and answer who asks soon after', async () => {
    const calls = shared();
    let made = 0;
    const ask = async () => `answer ${++made}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => calls.get('k', question(), ask)));
    expect(answers.map(({ origin }) => origin)).to.deep.equal(['asked', ...Array(9).fill('joined')]);
    expect((await calls.get('k', question(), ask)).origin).to.equal('cached');
    now = 100;
    expect(await calls.get('k', question(), ask)).to.deep.equal({ value: 'answer 2', origin: 'asked' });
  });

  it('go on while anybody waits for them, and end with the last', async () => {
    const calls = shared();
    const { promise, resolve } = Promise.withResolvers<string>();
    let told: AbortSignal | null = null;
    const ask = (signal: AbortSignal) => {
      told = signal;
      return promise;
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const one = calls.get('k', question(first.signal), ask).catch((error) => error.message);
    const two = calls.get('k', question(second.signal), ask).catch((error) => error.message);
    first.abort();
    expect(await one).to.equal('gone');
    expect(told!.aborted).to.equal(false);
    second.abort();
    expect(await two).to.equal('gone');
    expect(told!.aborted).to.equal(true);
    resolve('late');
  });

  it('share a failure with those who wait, and never keep it', async () => {
    const calls = shared();
    const fail = async () => Promise.reject(new Error('down'));
    const both = await Promise.allSettled([calls.get('k', question(), fail), calls.get('k', question(), fail)]);
    expect(both.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect((await calls.get('k', question(), async () => 'up')).value).to.equal('up');
  });

  it('keep no more than they may', async () => {
    const calls = shared({ maxEntries: 3, maxSize: 100 });
    for (const key of ['a', 'b', 'c', 'd']) await calls.get(key, question(), async () => key);
    expect((await calls.get('a', question(), async () => 'again')).origin).to.equal('asked');
    expect((await calls.get('d', question(), async () => 'again')).origin).to.equal('cached');
    await calls.get('large', question(), async () => 'x'.repeat(90));
    expect((await calls.get('large', question(), async () => 'x')).origin).to.equal('asked');
  });

  it('are forgotten when something was changed, those under way as well', async () => {
    const calls = shared();
    await calls.get('k', question(), async () => 'old');
    const { promise, resolve } = Promise.withResolvers<string>();
    const running = calls.get('other', question(), () => promise);
    calls.clear();
    resolve('old');
    await running;
    expect((await calls.get('k', question(), async () => 'new')).value).to.equal('new');
    expect((await calls.get('other', question(), async () => 'new')).value).to.equal('new');
  });
});
