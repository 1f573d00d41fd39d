import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../../../../src/shared/mcp/call-policies.ts';
import { ReconnectBackoff } from '../../../../../src/shared/mcp/sdk/reconnect-backoff.ts';

describe('ReconnectBackoff', () => {
  it('is over before a breaker tries again, however often connecting has failed', () => {
    const backoff = new ReconnectBackoff({ now: () => 0, random: () => 1 });
    const waits = Array.from({ length: 20 }, () => {
      backoff.failed();
      return backoff.waitMs;
    });
    expect(waits.slice(0, 3)).to.deep.equal([100, 200, 400]);
    expect(Math.max(...waits)).to.be.below(DEFAULT_LIMITS.breakerOpenMs);
    backoff.succeeded();
    expect(backoff.waitMs).to.equal(0);
  });
});
