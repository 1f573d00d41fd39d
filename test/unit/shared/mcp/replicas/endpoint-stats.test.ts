import { expect } from 'chai';
import { EndpointStats } from '../../../../../src/shared/mcp/replicas/endpoint-stats.ts';

describe('what an endpoint has shown', () => {
  it('leaves the first call out of its latency, since that one also connects', () => {
    const stats = new EndpointStats();
    stats.answered(500, 0);
    expect(stats.latencyMs).to.equal(null);
    stats.answered(10, 0);
    stats.answered(20, 0);
    expect(stats.latencyMs).to.equal(12);
  });

  it('counts failures and being overtaken in a row, until an answer', () => {
    const stats = new EndpointStats();
    stats.failed(5, 0);
    stats.overtaken(50, 0);
    expect([stats.strikes, stats.failures, stats.calls]).to.deep.equal([2, 1, 2]);
    stats.answered(5, 0);
    expect(stats.strikes).to.equal(0);
  });

  it('counts failures for less the longer they are past', () => {
    const stats = new EndpointStats();
    for (let call = 0; call < 20; call++) stats.failed(5, 0);
    expect(stats.errorRate(0)).to.be.above(0.95);
    expect(stats.errorRate(10_000)).to.be.within(0.45, 0.5);
    stats.forgive();
    expect([stats.errorRate(0), stats.latencyMs]).to.deep.equal([0, null]);
  });
});
