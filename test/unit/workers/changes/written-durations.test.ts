import { expect } from 'chai';
import { alteredLines } from '../../../../src/workers/changes/line-changes.ts';
import { withPlainDurations } from '../../../../src/workers/changes/written-durations.ts';

describe('durations in the words of languages', () => {
  it('are numbers with a unit', () => {
    const forms = [
      '5 * time.Second',
      'Duration.ofSeconds(5)',
      'Duration::from_secs(5)',
      'TimeSpan.FromSeconds(5)',
      'timedelta(seconds=5)',
      '5.seconds',
    ];
    for (const form of forms) expect(withPlainDurations(`wait(${form})`), form).to.equal('wait(5s)');
    expect(withPlainDurations('await(5, TimeUnit.SECONDS)')).to.equal('await(5s)');
  });

  it('are compared whatever their unit', () => {
    const [cut] = alteredLines({
      removed: ['pool.awaitIdle(Duration.ofSeconds(20))'],
      added: ['pool.awaitIdle(Duration.ofMillis(200))'],
    });
    expect(cut).to.include({ smaller: true, larger: false });
    expect(cut?.factor).to.be.closeTo(100, 0.001);
  });
});
