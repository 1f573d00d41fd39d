import { UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { startRedis } from '../../scripts/servers/start-redis.ts';
import { keepReconciling, reconcile } from '../../src/producer/reconcile.ts';
import { investigateJobId, postJobId } from '../../src/shared/queues/jobs.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { DEAD_LETTER_QUEUE, investigateQueue, POST_QUEUE } from '../../src/shared/queues/queue-names.ts';
import { aClassified } from '../support/alerts.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { claimIncident, makeQuiet, openIncident, reportedIncident } from '../support/incidents.ts';
import { reconcilerOf } from '../support/reconciler.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const NETWORK = investigateQueue('network');

for (const backend of availableBackends()) {
  describe(`the reconciler on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());
    afterEach(async () => {
      for (const name of [NETWORK, POST_QUEUE, DEAD_LETTER_QUEUE])
        await test.queues.queue(name).obliterate({ force: true });
      await test.database.query(`update rca_fleet.incidents set state = 'posted', finished_at = now()`);
      await test.database.query('update rca_fleet.deliveries set shown = wanted');
    });

    const find = (id: string) => test.store.incidents.find(id);
    const jobOf = (id: string) => test.queues.queue(NETWORK).getJob(investigateJobId(id, 1));
    async function quietIncident() {
      const id = await openIncident(test);
      await makeQuiet(test, [id]);
      return id;
    }
    /** Lets a worker take all jobs of a queue once, and waits until this one has come to its end. */
    async function runJobs(queue: string, jobId: string, work: () => Promise<string>) {
      const worker = test.queues.startWorker(queue, work, { name: 'test', concurrency: 5 });
      try {
        await eventually('the end of the job', async () => (await test.queues.queue(queue).getJob(jobId))?.finishedOn);
      } finally {
        await worker.close();
      }
    }
    const failing = async () => {
      throw new UnrecoverableError('it broke \0 here');
    };

    it('queues an incident whose producer was killed between commit and queue', async () => {
      const [quiet, fresh] = [await quietIncident(), await openIncident(test)];
      await reconcile(reconcilerOf(test));
      expect(await find(quiet)).to.include({ state: 'queued' });
      expect(await (await jobOf(quiet))!.getState()).to.equal('prioritized');
      expect(await find(fresh)).to.include({ state: 'received' });
    });

    it('leaves alone what a worker works on, and what has its job', async () => {
      const held = await openIncident(test);
      await claimIncident(test, held);
      await makeQuiet(test, [held]);
      await reconcile(reconcilerOf(test));
      expect(await jobOf(held)).to.equal(undefined);
      const quiet = await quietIncident();
      await reconcile(reconcilerOf(test));
      const { timestamp } = (await jobOf(quiet))!;
      await makeQuiet(test, [quiet]);
      await reconcile(reconcilerOf(test));
      expect((await jobOf(quiet))!.timestamp).to.equal(timestamp);
    });

    it('rebuilds an emptied queue in one round, with two producers at it at once', async () => {
      const decisions = await test.store.intake.storeAlerts(Array.from({ length: 520 }, () => aClassified()));
      await makeQuiet(
        test,
        decisions.map((decision) => decision.incidentId),
      );
      await Promise.all([reconcile(reconcilerOf(test)), reconcile(reconcilerOf(test))]);
      expect(await test.queues.depth(NETWORK)).to.equal(520);
    });

    it('queues an incident again whose job was completed although there is work', async () => {
      const id = await quietIncident();
      await reconcile(reconcilerOf(test));
      await runJobs(NETWORK, investigateJobId(id, 1), async () => 'nothing done');
      await makeQuiet(test, [id]);
      await reconcile(reconcilerOf(test));
      expect(await (await jobOf(id))!.getState()).to.equal('prioritized');
    });

    it('ends incidents as dead whose job failed without a word, each with its reason', async () => {
      const ids = [await quietIncident(), await quietIncident()];
      await reconcile(reconcilerOf(test));
      for (const id of ids) await runJobs(NETWORK, investigateJobId(id, 1), failing);
      await makeQuiet(test, ids);
      const later = await quietIncident();
      await reconcile(reconcilerOf(test));
      for (const id of ids)
        expect(await find(id)).to.include({ state: 'dead', deadReason: 'bug', reason: 'it broke  here' });
      expect(await find(later)).to.include({ state: 'queued' });
    });

    it('brings back the delivery of a report', async () => {
      const { incidentId, wanted } = await reportedIncident(test);
      await makeQuiet(test, [incidentId]);
      await reconcile(reconcilerOf(test));
      const job = await test.queues.queue(POST_QUEUE).getJob(postJobId(incidentId, 1, wanted));
      expect(job!.data).to.deep.equal({ incidentId, run: 1 });
    });

    it('ends an incident as dead whose delivery failed without a word, and a redrive delivers its report', async () => {
      const { incidentId, wanted } = await reportedIncident(test);
      await makeQuiet(test, [incidentId]);
      await reconcile(reconcilerOf(test));
      await runJobs(POST_QUEUE, postJobId(incidentId, 1, wanted), failing);
      await makeQuiet(test, [incidentId]);
      await reconcile(reconcilerOf(test));
      expect(await find(incidentId)).to.include({ state: 'dead', deadReason: 'slack_unavailable' });
      expect(await test.store.incidents.redrive(incidentId)).to.include({ state: 'reported', run: 1 });
    });

    it('gives up on the last line of a dead incident when its delivery failed, instead of trying for ever', async () => {
      const id = await openIncident(test);
      await test.store.incidents.die(id, 1, 'bug', 'x');
      await makeQuiet(test, [id]);
      await reconcile(reconcilerOf(test));
      await runJobs(POST_QUEUE, postJobId(id, 1, 1), failing);
      await makeQuiet(test, [id]);
      await reconcile(reconcilerOf(test));
      expect((await test.store.deliveries.list(id))[0]).to.include({ state: 'failed' });
      expect(await find(id)).to.include({ state: 'dead', deadReason: 'bug' });
    });

    it('lists dead letters again after the queue was emptied, each once', async () => {
      const id = await openIncident(test);
      await test.store.incidents.die(id, 1, 'bug', 'x');
      await reconcile(reconcilerOf(test));
      await test.queues.queue(DEAD_LETTER_QUEUE).obliterate({ force: true });
      await Promise.all([reconcile(reconcilerOf(test)), reconcile(reconcilerOf(test))]);
      const jobs = await test.queues.queue(DEAD_LETTER_QUEUE).getJobs();
      expect(jobs.map((job) => job.data)).to.deep.equal([{ incidentId: id, run: 1 }]);
    });
  });
}

const redisSuite = availableBackends().includes('redis') ? describe : describe.skip;
redisSuite('the reconciler when Redis is away', () => {
  it('fails soon, does not hold up the end of its process, and goes on when Redis is back', async () => {
    const test = await openTestStore('postgres');
    const redis = (await startRedis())!;
    const queues = openQueues({ redis: redisConfigOf(redis.url) }, test.database, test.logger);
    const deps = reconcilerOf({ ...test, queues });
    const id = await openIncident(test);
    await makeQuiet(test, [id]);
    await reconcile(deps);
    await redis.kill();
    await makeQuiet(test, [id]);
    const startedAt = performance.now();
    expect((await rejection(reconcile(deps))).message).to.match(/redis|ECONNREFUSED|Connection/i);
    expect(performance.now() - startedAt).to.be.lessThan(2_500);

    const stop = new AbortController();
    const kept = keepReconciling(deps, stop.signal);
    stop.abort();
    await kept;
    await redis.start();
    await eventually('a round that succeeds', () =>
      reconcile(deps).then(
        () => true,
        () => false,
      ),
    );
    await queues.close();
    await redis.stop();
    await test.close();
  });
});
