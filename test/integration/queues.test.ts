import { expect } from 'chai';
import { loadConfig } from '../../src/shared/config.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { describeQueueContract, jobOf } from '../support/queue-contract.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { startTcpProxy, type TcpProxy, through } from '../support/tcp-proxy.ts';

const QUEUE = 'investigate-network';

/** How long it takes until the promise is rejected, ms. */
async function failsAfter(promise: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await rejection(promise);
  return performance.now() - startedAt;
}

const works = (call: () => Promise<unknown>) => () =>
  call().then(
    () => true,
    () => false,
  );

for (const backend of availableBackends()) describeQueueContract(backend, () => openTestStore(backend));

for (const backend of availableBackends().filter((name) => name !== 'embedded')) {
  describe(`the queues when ${backend} is away`, () => {
    let test: TestStore;
    let proxy: TcpProxy;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());
    beforeEach(async () => {
      proxy = await startTcpProxy((test.environment.REDIS_URL ?? test.environment.DATABASE_URL)!);
    });
    afterEach(() => proxy.close());

    /** Queues of their own that reach their backend through the proxy. */
    async function openThrough() {
      const { DATABASE_URL, REDIS_URL } = test.environment;
      const environment = REDIS_URL
        ? { DATABASE_URL: DATABASE_URL!, REDIS_URL: through(proxy, REDIS_URL) }
        : { DATABASE_URL: through(proxy, DATABASE_URL!) };
      const config = loadConfig(environment);
      const database = await openDatabase(config, silentLogger);
      const queues = openQueues(config, database, silentLogger, { socketTimeoutMs: 1_000 });
      const close = async () => {
        await queues.close();
        await database.close();
      };
      return { queues, close };
    }

    it('fails within 2 s when it is down at the start, and works by itself as soon as it is there', async () => {
      await proxy.cut();
      const { queues, close } = await openThrough();
      expect(await failsAfter(queues.add(QUEUE, [jobOf('early')]))).to.be.lessThan(2_500);
      expect(await failsAfter(queues.ping(500))).to.be.lessThan(1_000);
      await proxy.mend();
      await eventually(
        'an add',
        works(() => queues.add(QUEUE, [jobOf('early')])),
      );
      expect(await queues.depth(QUEUE)).to.equal(1);
      await close();
    });

    it('fails within 2 s when it goes down later, and works by itself when it is back', async () => {
      const { queues, close } = await openThrough();
      await queues.add(QUEUE, [jobOf('before')]);
      await proxy.cut();
      expect(await failsAfter(queues.add(QUEUE, [jobOf('during')]))).to.be.lessThan(2_500);
      expect(await failsAfter(queues.depth(QUEUE))).to.be.lessThan(2_500);
      await proxy.mend();
      await eventually(
        'an add',
        works(() => queues.add(QUEUE, [jobOf('after')])),
      );
      await close();
    });

    it('closes soon although its backend is gone', async () => {
      const { queues, close } = await openThrough();
      await queues.add(QUEUE, [jobOf('before')]);
      await proxy.cut();
      await queues.add(QUEUE, [jobOf('during')]).catch(() => undefined);
      const startedAt = performance.now();
      await close();
      expect(performance.now() - startedAt).to.be.lessThan(3_000);
    });

    if (backend === 'redis') {
      it('makes a connection anew that is half-open, for the producer too', async () => {
        const { queues, close } = await openThrough();
        await queues.ping(1_000);
        proxy.freeze();
        expect(await failsAfter(queues.ping(500))).to.be.lessThan(1_000);
        await eventually(
          'an add',
          works(() => queues.add(QUEUE, [jobOf('thawed')])),
          5_000,
        );
        await close();
      });
    }
  });
}
