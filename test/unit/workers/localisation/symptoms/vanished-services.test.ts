import { expect } from 'chai';
import { vanishedServices } from '../../../../../src/workers/localisation/symptoms/vanished-services.ts';
import type { Series } from '../../../../../src/workers/localisation/telemetry/read-series.ts';

function series(service: string, instance: string, minutes: number[]): Series {
  const points = minutes.map((minute): [number, number] => [minute * 60_000, 1]);
  return {
    metric: 'cpu',
    aggregation: '',
    component: { service, instance },
    points,
    baseline: [],
    history: [],
    evidence: [1],
  };
}

const upTo = (last: number) => Array.from({ length: last + 1 }, (_, minute) => minute);

describe('vanished services', () => {
  it('are those whose series end while others go on', () => {
    const [found, ...others] = vanishedServices([series('a', 'a-1', upTo(20)), series('b', 'b-1', upTo(14))]);
    expect(others).to.be.empty;
    expect(found).to.deep.include({ component: { service: 'b', instance: null }, onset: 15 * 60_000 });
  });

  it('are not those that a new instance serves', () => {
    const restarted = [series('b', 'b-1', upTo(14)), series('b', 'b-2', [15, 16, 17, 18, 19, 20])];
    expect(vanishedServices([series('a', 'a-1', upTo(20)), ...restarted])).to.be.empty;
  });

  it('are not those that said at last that their work is done', () => {
    const ended = (body: string) =>
      vanishedServices(
        [series('a', 'a-1', upTo(20)), series('reindex', 'r-1', upTo(14))],
        [
          {
            at: 14 * 60_000,
            component: { service: 'reindex', instance: null },
            question: 'all',
            trace: null,
            severity: 'INFO',
            body,
          },
        ],
      );
    expect(ended('reindex finished: 412006 records, 0 failed')).to.be.empty;
    expect(ended('batch 7 completed, 3 failed')).to.have.length(1);
    expect(ended('took batch 8')).to.have.length(1);
  });

  it('are not trials beside a release that goes on, and are where that ends as well', () => {
    const trial = series('web-canary', 'web-canary-1', upTo(12));
    const others = [series('a', 'a-1', upTo(20))];
    expect(vanishedServices([...others, trial, series('web', 'web-1', upTo(20))])).to.be.empty;
    expect(vanishedServices([...others, series('pay-blue', 'p-1', upTo(12)), series('pay-green', 'p-2', upTo(20))])).to
      .be.empty;
    const lost = vanishedServices([...others, trial, series('web', 'web-1', upTo(13))]);
    expect(lost.map(({ component }) => component.service)).to.have.members(['web-canary', 'web']);
  });

  it('are not those that always came and went', () => {
    const found = vanishedServices([series('a', 'a-1', upTo(20)), series('b', 'b-1', [2, 9, 15])]);
    expect(found.every(({ clarity }) => clarity === 0)).to.equal(true);
  });
});
