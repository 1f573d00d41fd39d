import { expect } from 'chai';
import { loadConfig } from '../../src/shared/config.ts';
import { pause } from '../../src/shared/deadline.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { openQueues } from '../../src/shared/queues/open-queues.ts';
import type { FleetWorker, Queues } from '../../src/shared/queues/queues.ts';
import { rejection } from './errors.ts';
import { eventually } from './fleet.ts';
import { jobOf } from './queue-contract.ts';
import type { TestStore } from './services.ts';

/** The queue whose server is taken away; the other one is idle meanwhile. */
export const BUSY_QUEUE = 'investigate-network';
const IDLE_QUEUE = 'post-report';
/** Longer than a worker waits for a job in one call, and than BullMQ waits for the answer to that. */
const OUTAGE_MS = 6_200;
/**
 * While a Cluster settles after all of its servers were away, masters change once more: a job that was taken just then is back after
 * its lock has run out and a round of looking for such jobs (22.5 s in all), counted from the last change.
 */
const SETTLED_MS = 60_000;

/** Faults of servers that can take over from each other. */
export type FailoverFaults = {
  /** Kills the server that keeps `BUSY_QUEUE`; resolves when another one has taken over. */
  failOver(): Promise<unknown>;
  /** Another one takes over while that server lives on. */
  demote(): Promise<unknown>;
  killAll(): Promise<unknown>;
  startAll(): Promise<unknown>;
};

/** What the fleet expects of its queues while servers take over from each other. */
export function describeQueueFailover(
  name: string,
  open: () => Promise<TestStore>,
  faults: () => FailoverFaults,
): void {
  describe(`the queues on ${name} in a failover`, function () {
    this.timeout(150_000);
    let test: TestStore;
    let queues: Queues;
    let workers: FleetWorker[];
    let done: string[];
    let failures: string[];
    let round = 0;
    before(async () => {
      test = await open();
    });
    after(() => test.close());
    beforeEach(async () => {
      done = [];
      failures = [];
      round++;
      queues = openQueues(test.config, test.database, silentLogger);
      workers = [BUSY_QUEUE, IDLE_QUEUE].map((queue) =>
        queues.startWorker(
          queue,
          async (job) => {
            await pause(20);
            done.push(job.id!);
          },
          { name: 'test', concurrency: 2 },
        ),
      );
      for (const worker of workers) worker.on('failed', (_job, error) => failures.push(error.message));
      await queues.add(IDLE_QUEUE, [jobOf(`first-${round}`)]);
      await eventually('the first job', async () => done.includes(`first-${round}`));
    });
    afterEach(async () => {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await queues.close();
    });

    const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${round}-${n}`);
    const answers = () =>
      queues.ping(200).then(
        () => true,
        () => false,
      );
    const isDone = (wanted: readonly string[]) => wanted.every((id) => done.includes(id));
    /** As the reconciler does: what is known to be open is added again, whatever became of it in the queue. */
    const addAgain = (queue: string, wanted: readonly string[]) =>
      queues
        .add(
          queue,
          wanted.filter((id) => !done.includes(id)).map((id) => jobOf(id)),
        )
        .catch(() => undefined);

    /** Work goes on through `fault`, and after it on both queues; nothing is lost, and no attempt of a job. */
    async function worksThrough(fault: () => Promise<unknown>) {
      const during = ids('during', 60);
      await queues.add(
        BUSY_QUEUE,
        during.map((id) => jobOf(id)),
      );
      await eventually('some of the jobs', async () => done.length > 10);
      await fault();
      await eventually(
        'all jobs',
        async () => {
          await addAgain(BUSY_QUEUE, during);
          return isDone(during);
        },
        30_000,
      );
      const after = ids('after', 5);
      for (const queue of [BUSY_QUEUE, IDLE_QUEUE]) {
        await queues.add(
          queue,
          after.map((id) => jobOf(`${id}-${queue}`)),
        );
        await eventually('the jobs after it', async () => isDone(after.map((id) => `${id}-${queue}`)), 20_000);
      }
      expect(failures).to.deep.equal([]);
    }

    it('go on when another server takes over from one that lives on', () => worksThrough(() => faults().demote()));

    it('say that they are away when the server is killed, and go on when another has taken over', () =>
      worksThrough(async () => {
        const over = faults().failOver();
        await eventually('no sign of life', async () => !(await answers()), 5_000);
        await over;
        await eventually('a sign of life', answers, 10_000);
      }));

    it('go on after everything was away for longer than a worker waits in one call', async () => {
      await faults().killAll();
      expect(await failsWithin(queues.add(BUSY_QUEUE, [jobOf('meanwhile')]))).to.be.lessThan(2_500);
      await pause(OUTAGE_MS);
      await faults().startAll();
      for (const queue of [BUSY_QUEUE, IDLE_QUEUE])
        await eventually(
          `a job of ${queue}`,
          async () => {
            await addAgain(queue, [`back-${queue}`]);
            return done.includes(`back-${queue}`);
          },
          SETTLED_MS,
        );
    });

    it('close soon although everything is gone, and fail soon when nothing was ever there', async () => {
      await faults().killAll();
      const unreached = openQueues(loadConfig(test.environment), test.database, silentLogger);
      expect(await failsWithin(unreached.add(BUSY_QUEUE, [jobOf('early')]))).to.be.lessThan(2_500);
      const startedAt = performance.now();
      await unreached.close();
      expect(performance.now() - startedAt).to.be.lessThan(3_000);
      await faults().startAll();
    });
  });
}

/** How long it takes until the promise is rejected, ms. */
async function failsWithin(promise: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await rejection(promise);
  return performance.now() - startedAt;
}
