import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const info = (used: number, evicted: number) =>
  printed(
    'kubectl -n shop exec carts-0 -- redis-cli info',
    `# Memory\nused_memory:${used}\nmaxmemory:1000000\nmaxmemory_policy:volatile-lru\nevicted_keys:${evicted}\nrejected_connections:0\n`,
  );
const verdictOf = (title: string, used: number, evicted = 0) =>
  concluded(title, [info(used, evicted)], 'database').report;

describe('a store that was asked itself', () => {
  it('is well where it has room and threw nothing away, and says so in its own numbers', () => {
    const report = verdictOf('RedisMemoryHigh carts 71 %', 710_000);
    expect(report.verdict).to.equal('healthy');
    expect(report.rootCause.statement).to.include('used_memory 710000, maxmemory 1000000');
  });

  it('is not called well where it is full, threw keys away, or users suffer', () => {
    const verdicts = [
      verdictOf('RedisMemoryHigh carts 99 %', 995_000),
      verdictOf('RedisMemoryHigh carts 71 %', 710_000, 40_000),
      verdictOf('Checkout is slow, memory of carts 71 %', 710_000),
    ].map(({ verdict }) => verdict);
    expect(verdicts).to.not.include('healthy');
  });
});
