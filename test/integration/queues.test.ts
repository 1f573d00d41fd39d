import { expect } from 'chai';
import { loadConfig } from '../../src/shared/config.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { DEAD_LETTER_QUEUE, POST_QUEUE } from '../../src/shared/queues/queue-names.ts';
import type { Queues } from '../../src/shared/queues/queues.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { startTcpProxy, type TcpProxy, through } from '../support/tcp-proxy.ts';

const QUEUE = 'investigate-network';
const job = (id: string, rest: { priority?: number; delayMs?: number } = {}) => ({
  id,
  data: { incidentId: id, run: 1 },
  ...rest,
});

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

for (const backend of availableBackends()) {
  describe(`the queues on ${backend}`, () => {
    let test: TestStore;
    let queues: Queues;
    before(async () => {
      test = await openTestStore(backend);
      ({ queues } = test);
    });
    after(() => test.close());

    it('have room for the listeners of all who wait for the first connection', async () => {
      const warnings: string[] = [];
      const onWarning = (warning: Error) => void warnings.push(warning.message);
      process.on('warning', onWarning);
      const own = openQueues(test.config, test.database, silentLogger);
      try {
        own.queue(QUEUE);
        await Promise.all(Array.from({ length: 50 }, () => own.ping(10_000)));
        // Warnings are told in the next turn.
        await new Promise((done) => setImmediate(done));
        expect(warnings).to.deep.equal([]);
      } finally {
        process.off('warning', onWarning);
        await own.close();
      }
    });
    afterEach(() => queues.queue(QUEUE).obliterate({ force: true }));

    /** Works through the queue until `count` jobs have been taken; returns what `work` saw. */
    async function workOff<T>(
      count: number,
      work: (taken: FleetJob) => Promise<T>,
      queue = QUEUE,
    ): Promise<FleetJob[]> {
      const taken: FleetJob[] = [];
      const worker = queues.startWorker(
        queue,
        async (one) => {
          taken.push(one as FleetJob);
          return await work(one as FleetJob);
        },
        { name: 'test', concurrency: 1 },
      );
      try {
        await eventually(`${count} jobs`, async () => taken.length >= count);
      } finally {
        await worker.close();
      }
      return taken;
    }

    it('keeps a job once however often it is added', async () => {
      await queues.add(QUEUE, [job('a'), job('a')]);
      await Promise.all([queues.add(QUEUE, [job('a')]), queues.add(QUEUE, [job('a')])]);
      expect(await queues.depth(QUEUE)).to.equal(1);
    });

    it('hands out the urgent ones first, and those of one priority in their order', async () => {
      const jobs = [4, 2, 1, 3, 2, 1].map((priority, n) => job(`p${priority}-${n}`, { priority }));
      await queues.add(QUEUE, jobs);
      const taken = await workOff(6, async () => 'done');
      expect(taken.map((one) => one.id)).to.deep.equal(['p1-2', 'p1-5', 'p2-1', 'p2-4', 'p3-3', 'p4-0']);
    });

    it('takes a delay that is no whole number', async () => {
      await queues.add(QUEUE, [job('later', { delayMs: 20.4 })]);
      expect(await workOff(1, async () => 'done')).to.have.length(1);
    });

    it('tries a failed job again after a pause, and counts the attempts', async () => {
      await queues.add(QUEUE, [job('flaky')]);
      const tries: { at: number; attemptsMade: number }[] = [];
      await workOff(2, async ({ attemptsMade }) => {
        tries.push({ at: performance.now(), attemptsMade });
        if (tries.length === 1) throw new Error('broken \0 once');
        return 'done';
      });
      expect(tries.map((one) => one.attemptsMade)).to.deep.equal([0, 1]);
      expect(tries[1]!.at - tries[0]!.at).to.be.greaterThan(450);
      expect((await queues.queue(QUEUE).getJob('flaky'))!.stacktrace!.join()).to.include('broken  once');
    });

    it('frees the id of a delivery and of a dead letter when it is done', async () => {
      for (const queue of [POST_QUEUE, DEAD_LETTER_QUEUE]) {
        await queues.add(queue, [job('again')]);
        await workOff(1, async () => 'done', queue);
        await queues.add(queue, [job('again')]);
        expect(await queues.depth(queue)).to.equal(1);
        await queues.queue(queue).obliterate({ force: true });
      }
    });
  });
}

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
      expect(await failsAfter(queues.add(QUEUE, [job('early')]))).to.be.lessThan(2_500);
      expect(await failsAfter(queues.ping(500))).to.be.lessThan(1_000);
      await proxy.mend();
      await eventually(
        'an add',
        works(() => queues.add(QUEUE, [job('early')])),
      );
      expect(await queues.depth(QUEUE)).to.equal(1);
      await close();
    });

    it('fails within 2 s when it goes down later, and works by itself when it is back', async () => {
      const { queues, close } = await openThrough();
      await queues.add(QUEUE, [job('before')]);
      await proxy.cut();
      expect(await failsAfter(queues.add(QUEUE, [job('during')]))).to.be.lessThan(2_500);
      expect(await failsAfter(queues.depth(QUEUE))).to.be.lessThan(2_500);
      await proxy.mend();
      await eventually(
        'an add',
        works(() => queues.add(QUEUE, [job('after')])),
      );
      await close();
    });

    it('closes soon although its backend is gone', async () => {
      const { queues, close } = await openThrough();
      await queues.add(QUEUE, [job('before')]);
      await proxy.cut();
      await queues.add(QUEUE, [job('during')]).catch(() => undefined);
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
          works(() => queues.add(QUEUE, [job('thawed')])),
          5_000,
        );
        await close();
      });
    }
  });
}
