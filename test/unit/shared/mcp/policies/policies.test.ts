import { expect } from 'chai';
import fc from 'fast-check';
import { limitData, limitText } from '../../../../../src/shared/mcp/policies/limit-result.ts';
import { createRateLimit } from '../../../../../src/shared/mcp/policies/rate-limit.ts';
import { matchesName, policyOfTool } from '../../../../../src/shared/mcp/policies/server-policy.ts';
import { failureOf } from '../support/waits.ts';

const signal = new AbortController().signal;

describe('the rate of calls', () => {
  it('lets a burst through, then one after the other, and refuses what would wait beyond its deadline', async () => {
    let now = 0;
    const rate = createRateLimit('s', 100, 3, () => now);
    const wait = { signal, deadlineMs: 25 };
    for (let call = 0; call < 3; call++) await rate.take(wait);
    const started = performance.now();
    await rate.take(wait);
    expect(performance.now() - started).to.be.at.least(8);
    await rate.take(wait);
    const error = await failureOf(rate.take(wait));
    expect(error).to.include({ failure: 'rate_limit', ambiguous: false });
    expect(error.retryAfterMs).to.equal(30);
    now = 1000;
    await rate.take({ signal, deadlineMs: 1 });
  });
});

describe('the size of answers', () => {
  it('leaves head and tail of a long text, with the digest of the whole', () => {
    expect(limitText('short', 10)).to.equal('short');
    const limited = limitText(`${'a'.repeat(50)}${'b'.repeat(50)}`, 10);
    expect(limited).to.match(
      /^aaaaa\n\[\.\.\. 90 characters left out; sha256 of all 100: [0-9a-f]{64} \.\.\.\]\nbbbbb$/,
    );
  });

  it('never grows a text by more than the note, nor breaks a pair of surrogates', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\u{1f600}'), maxLength: 200 }),
        fc.integer({ min: 2, max: 100 }),
        (text, max) => {
          const limited = limitText(text, max);
          expect(limited.length).to.be.below(max + 160 + Math.max(0, text.length <= max ? text.length : 0));
          expect(limited.isWellFormed()).to.equal(true);
        },
      ),
    );
  });

  it('cuts the longest list of data to head and tail, and says so where the data can', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ index, text: 'x'.repeat(20) }));
    const limited = limitData({ rows, hasMore: false, few: [1, 2, 3] }, 5000);
    expect(limited.hasMore).to.equal(true);
    expect(limited.rows.length).to.be.within(80, 200);
    expect([limited.rows[0], limited.rows.at(-1)]).to.deep.equal([rows[0], rows.at(-1)]);
    expect(limited.few).to.have.length(3);
    const small = { rows: [1], hasMore: false };
    expect(limitData(small, 1000)).to.equal(small);
  });
});

describe('the policy of a tool', () => {
  it('is its own before that of the server, by the first pattern that fits', () => {
    const policy = {
      deadlineMs: 10,
      attempts: 2,
      toolConcurrency: 3,
      tools: { 'query_*': { deadlineMs: 99 }, '*': { attempts: 5 } },
    };
    expect(policyOfTool(policy, 'query_logs')).to.include({ deadlineMs: 99, attempts: 2, concurrency: 3 });
    expect(policyOfTool(policy, 'other')).to.include({ deadlineMs: 10, attempts: 5 });
  });

  it('takes * in a name for any characters, and everything else as it is', () => {
    expect(['a.b', 'axb', 'a.b.c'].map((name) => matchesName('a.*', name))).to.deep.equal([true, false, true]);
    expect(matchesName('get_[x]', 'get_[x]')).to.equal(true);
  });
});
