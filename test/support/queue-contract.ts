import { expect } from 'chai';
import { silentLogger } from '../../src/shared/logger.ts';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import { DEAD_LETTER_QUEUE, POST_QUEUE } from '../../src/shared/queues/queue-names.ts';
import type { Queues } from '../../src/shared/queues/queues.ts';
import { eventually } from './fleet.ts';
import type { TestStore } from './services.ts';

const QUEUE = 'investigate-network';

/** A job to add, by its id. */
export const jobOf = (id: string, rest: { priority?: number; delayMs?: number } = {}) => ({
  id,
  data: { incidentId: id, run: 1 },
  ...rest,
});

/** What the fleet expects of its queues, wherever they are kept. */
export function describeQueueContract(name: string, open: () => Promise<TestStore>): void {
  describe(`the queues on ${name}`, () => {
    let test: TestStore;
    let queues: Queues;
    before(async () => {
      test = await open();
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
      await queues.add(QUEUE, [jobOf('a'), jobOf('a')]);
      await Promise.all([queues.add(QUEUE, [jobOf('a')]), queues.add(QUEUE, [jobOf('a')])]);
      expect(await queues.depth(QUEUE)).to.equal(1);
    });

    it('hands out the urgent ones first, and those of one priority in their order', async () => {
      const jobs = [4, 2, 1, 3, 2, 1].map((priority, n) => jobOf(`p${priority}-${n}`, { priority }));
      await queues.add(QUEUE, jobs);
      const taken = await workOff(6, async () => 'done');
      expect(taken.map((one) => one.id)).to.deep.equal(['p1-2', 'p1-5', 'p2-1', 'p2-4', 'p3-3', 'p4-0']);
    });

    it('takes a delay that is no whole number', async () => {
      await queues.add(QUEUE, [jobOf('later', { delayMs: 20.4 })]);
      expect(await workOff(1, async () => 'done')).to.have.length(1);
    });

    it('tries a failed job again after a pause, and counts the attempts', async () => {
      await queues.add(QUEUE, [jobOf('flaky')]);
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
        await queues.add(queue, [jobOf('again')]);
        await workOff(1, async () => 'done', queue);
        await queues.add(queue, [jobOf('again')]);
        expect(await queues.depth(queue)).to.equal(1);
        await queues.queue(queue).obliterate({ force: true });
      }
    });
  });
}
