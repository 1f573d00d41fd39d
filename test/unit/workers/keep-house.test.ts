import { expect } from 'chai';
import type { Store } from '../../../src/shared/store/store.ts';
import { keepHouse } from '../../../src/workers/keep-house.ts';

type Incidents = Store['incidents'];

/** A store that answers each batch with the next of these. */
function pruning(batches: { incidents: number; alerts: number }[], onBatch = () => {}) {
  const asked: unknown[][] = [];
  const prune: Incidents['prune'] = async (...given) => {
    asked.push(given);
    onBatch();
    return batches[asked.length - 1] ?? { incidents: 0, alerts: 0 };
  };
  return { asked, store: { incidents: { prune } as Incidents } };
}

describe('the housekeeping', () => {
  it('deletes batch after batch until nothing is old enough, also where a batch was alerts alone', async () => {
    const { asked, store } = pruning([
      { incidents: 100, alerts: 130 },
      { incidents: 0, alerts: 5_000 },
      { incidents: 3, alerts: 12 },
    ]);
    expect(await keepHouse(store, new AbortController().signal)).to.equal('103 incidents deleted');
    expect(asked).to.deep.equal(Array.from({ length: 4 }, () => [90, 100, 365]));
  });

  it('stops between two batches when its worker shuts down', async () => {
    const stop = new AbortController();
    const { asked, store } = pruning(
      Array.from({ length: 9 }, () => ({ incidents: 100, alerts: 100 })),
      () => stop.abort(),
    );
    expect(await keepHouse(store, stop.signal)).to.equal('100 incidents deleted');
    expect(asked).to.have.length(1);
  });
});
