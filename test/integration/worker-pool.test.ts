import { DelayedError } from 'bullmq';
import { expect } from 'chai';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { pause } from '../../src/shared/deadline.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import type { FleetWorker, Queues } from '../../src/shared/queues/queues.ts';
import { type ProcessJob, startWorkerPool, type WorkerPool } from '../../src/workers/worker-pool.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { startTcpProxy, through } from '../support/tcp-proxy.ts';

const QUEUE = 'investigate-network';
const STUCK_MS = 100;

const untilStopped = (stop: AbortSignal) => new Promise((done) => stop.addEventListener('abort', done, { once: true }));

for (const backend of availableBackends()) {
  describe(`a worker pool on ${backend}`, () => {
    let test: TestStore;
    let pool: WorkerPool | null = null;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());
    afterEach(async () => {
      await pool?.close(0);
      await test.queues.queue(QUEUE).obliterate({ force: true });
    });

    const start = (process: ProcessJob, queues: Queues = test.queues, concurrency = 1) => {
      pool = startWorkerPool(queues, QUEUE, { name: 'test', concurrency }, process, STUCK_MS);
      return pool;
    };
    const add = (...ids: string[]) =>
      test.queues.add(
        QUEUE,
        ids.map((id) => ({ id, data: { incidentId: id, run: 1 } })),
      );
    const stateOf = async (id: string) => (await test.queues.queue(QUEUE).getJob(id))?.getState();
    const stuck = (one: WorkerPool) => async () => {
      const failed = await one.assertConsuming().then(
        () => null,
        (error: Error) => error,
      );
      return failed?.message;
    };

    it('says that it is stuck while jobs wait and it takes none, and stops saying so by itself', async () => {
      // A consumer that could take two jobs and takes but one.
      const lazy: Queues = {
        ...test.queues,
        startWorker: (name, process, options) => test.queues.startWorker(name, process, { ...options, concurrency: 1 }),
      };
      const gate = Promise.withResolvers<void>();
      const work: ProcessJob = async () => {
        await gate.promise;
        return 'done';
      };
      const one = start(work, lazy, 2);
      await add('first', 'waits');
      expect(await eventually('stuck', stuck(one))).to.match(/1 jobs wait in investigate-network, and none was taken/);
      gate.resolve();
      await eventually('the end of the job', async () => (await stateOf('waits')) === 'completed');
      await one.assertConsuming();
    });

    it('leaves a job of a newer program to a newer worker, and counts no attempt for it', async () => {
      const taken: string[] = [];
      start(async (job) => {
        taken.push(job.id!);
        return 'done';
      });
      await test.queues.queue(QUEUE).add(QUEUE, { incidentId: 'n', run: 1, v: 2 }, { jobId: 'newer', attempts: 1 });
      await add('ours');
      await eventually('our own job', async () => (await stateOf('ours')) === 'completed');
      await eventually('the newer job put back', async () => (await stateOf('newer')) === 'delayed');
      expect(taken).to.deep.equal(['ours']);
      expect((await test.queues.queue(QUEUE).getJob('newer'))!.attemptsMade).to.equal(0);
    });

    it('finishes a job of a newer program that was rolled back, so that it is added again', async () => {
      start(async () => 'worked on');
      const timestamp = Date.now() - 3_600_000;
      await test.queues.queue(QUEUE).add(QUEUE, { incidentId: 'n', run: 1, v: 2 }, { jobId: 'stale', timestamp });
      await eventually('its end', async () => (await stateOf('stale')) === 'completed');
      expect((await test.queues.queue(QUEUE).getJob('stale'))!.returnvalue).to.match(/^left/);
    });

    it('is not stuck while it has no room for another job', async () => {
      const one = start(async (_job, _token, stop) => {
        await untilStopped(stop);
        return 'done';
      });
      await add('first', 'second');
      await eventually('a running job', async () => (await stateOf('first')) === 'active');
      await one.assertConsuming();
      await pause(2 * STUCK_MS);
      await one.assertConsuming();
    });

    it('is not stuck while an operator has paused the queue', async () => {
      await test.queues.queue(QUEUE).pause();
      const one = start(async () => 'done');
      await add('held');
      await one.assertConsuming();
      await pause(2 * STUCK_MS);
      await one.assertConsuming();
      await test.queues.queue(QUEUE).resume();
    });

    it('lets running jobs finish when it is closed', async () => {
      const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const one = start(async () => {
        begun.resolve();
        await gate.promise;
        return 'finished';
      });
      await add('running');
      // A job that the queue calls active may still be on its way to the worker.
      await begun.promise;
      const closed = one.close(10_000);
      gate.resolve();
      await closed;
      expect(await stateOf('running')).to.equal('completed');
    });

    it('aborts jobs that do not finish in time, and they come back without a lost attempt', async () => {
      const attempts: number[] = [];
      const sendsBack: ProcessJob = async (job, token, stop) => {
        attempts.push(job.attemptsMade);
        await untilStopped(stop);
        await job.moveToDelayed(Date.now() + 1, token);
        throw new DelayedError();
      };
      const one = start(sendsBack);
      await add('long');
      await eventually('a running job', async () => attempts.length === 1);
      await one.close(100);
      start(async (job) => {
        attempts.push(job.attemptsMade);
        return 'done';
      });
      await eventually('the end of the job', async () => (await stateOf('long')) === 'completed');
      expect(attempts).to.deep.equal([0, 0]);
    });

    it('does not begin a job that was being fetched when it was told to close, and counts no attempt for it', async () => {
      const gate = Promise.withResolvers<void>();
      let fetched = false;
      const late: Queues = {
        ...test.queues,
        startWorker: (name, process, options) => {
          const afterGate: typeof process = async (job, token) => {
            fetched = true;
            await gate.promise;
            return await process(job, token);
          };
          return test.queues.startWorker(name, afterGate, options);
        },
      };
      const begun: string[] = [];
      const begins: ProcessJob = async (job) => {
        begun.push(job.id!);
        return 'done';
      };
      const one = start(begins, late);
      await add('late');
      await eventually('a fetched job', async () => fetched);
      const closed = one.close(10_000);
      gate.resolve();
      await closed;
      expect(begun).to.deep.equal([]);
      start(begins);
      await eventually('the end of the job', async () => (await stateOf('late')) === 'completed');
      expect((await test.queues.queue(QUEUE).getJob('late'))!.attemptsMade).to.equal(1);
    });

    if (backend !== 'embedded') return;
    it('does not wait for ever for a job that ignores its signal', async () => {
      const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
      const one = start(() => {
        begun.resolve();
        return gate.promise;
      });
      await add('deaf');
      await begun.promise;
      const startedAt = performance.now();
      await one.close(200);
      expect(performance.now() - startedAt).to.be.lessThan(4_500);
      gate.resolve('at last');
      await eventually('the end of the job', async () => (await stateOf('deaf')) === 'completed');
    });
  });
}

const redisSuite = availableBackends().includes('redis') ? describe : describe.skip;
redisSuite('a worker pool whose Redis is gone', () => {
  it('says so, and closes soon when no job runs, however long jobs would be given', async () => {
    const test = await openTestStore('redis');
    const proxy = await startTcpProxy(test.environment.REDIS_URL!);
    const queues = openQueues(
      { redis: redisConfigOf(through(proxy, test.environment.REDIS_URL!)) },
      test.database,
      test.logger,
    );
    const workers: FleetWorker[] = [];
    const startWorker: Queues['startWorker'] = (...given) => {
      const worker = queues.startWorker(...given);
      workers.push(worker);
      return worker;
    };
    const pool = startWorkerPool(
      { ...queues, startWorker },
      QUEUE,
      { name: 'test', concurrency: 1 },
      async () => 'done',
    );
    await pool.assertConsuming();
    await proxy.cut();
    expect((await rejection(pool.assertConsuming())).message).to.match(/redis|connect/i);
    const startedAt = performance.now();
    await pool.close(20_000);
    expect(performance.now() - startedAt).to.be.lessThan(10_000);
    // Else it would begin to renew locks as soon as Redis is back.
    const [{ lockManager }] = workers as unknown as [{ lockManager: { closed: boolean } }];
    expect(lockManager.closed).to.equal(true);
    await proxy.mend();
    await queues.close();
    await proxy.close();
    await test.close();
  });
});
