import { expect } from 'chai';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { createPaceStore } from '../../src/shared/store/pace-store.ts';
import { availableBackends } from '../support/backends.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the pace store on ${backend}`, () => {
    let test: TestStore;
    let paces: TestStore['store']['paces'];
    before(async () => {
      test = await openTestStore(backend);
      ({ paces } = test.store);
    });
    after(() => test.close());

    it('gives what is asked for until a burst is used, to all connections together', async () => {
      const second = backend === 'postgres' ? await openDatabase(test.config, silentLogger) : null;
      const stores = [paces, second ? createPaceStore(second) : paces];
      const rate = { perMinute: 1, burstSeconds: 240 };
      const waits = await Promise.all(Array.from({ length: 20 }, (_, n) => stores[n % 2]!.take('calls', rate, 1)));
      await second?.close();
      expect(waits.filter((wait) => wait === 0)).to.have.length(5);
      for (const wait of waits.filter(Boolean)) expect(wait).to.be.within(50, 60_000);
      expect(await paces.take('calls', rate, 1)).to.be.within(50_000, 60_000);
      expect(await paces.take('other calls', rate, 1)).to.equal(0);
    });

    it('gives more than a minute holds, and lets the next one wait until it is paid off', async () => {
      const rate = { perMinute: 1_000, burstSeconds: 10 };
      expect(await paces.take('tokens', rate, 2_000)).to.equal(0);
      expect(await paces.take('tokens', rate, 1)).to.be.within(105_000, 110_000);
    });

    it('takes nothing from those who have to wait', async () => {
      const rate = { perMinute: 60, burstSeconds: 0 };
      expect(await paces.take('patient', rate, 30)).to.equal(0);
      for (let times = 0; times < 5; times++) expect(await paces.take('patient', rate, 1_000)).to.be.below(30_001);
    });

    it('gives nothing during a hold, of which the longest counts', async () => {
      await paces.hold('held', 5_000);
      await paces.hold('held', 1_000);
      expect(await paces.take('held', { perMinute: 1, burstSeconds: 0 }, 0)).to.be.within(4_000, 5_000);
    });
  });
}
