import { Queue, Worker } from 'bullmq';
import { expect } from 'chai';
import { redisConfigOf } from '../../scripts/servers/redis-config-of.ts';
import { boundWaits } from '../../src/shared/queues/bounded-waits.ts';
import { connectRedis } from '../../src/shared/queues/redis-connection.ts';
import { isAvailable } from '../support/backends.ts';
import { eventually } from '../support/fleet.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const NEVER = () => new Promise<never>(() => undefined);

/** What the tests take out of BullMQ's hands: the wait for a job, and the end of the connection that it waits for. */
type Inside = { backend: { blockingConnection: { client: Promise<Record<string, unknown>>; disconnect: unknown } } };

if (isAvailable('redis')) {
  describe('a worker whose wait for a job does not end', () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore('redis');
    });
    after(() => test.close());

    it('takes the next job all the same while its connection is there', async () => {
      const connection = connectRedis(redisConfigOf(test.environment.REDIS_URL!));
      const queue = new Queue('waits', { connection });
      const done: string[] = [];
      const worker = new Worker('waits', async (job) => done.push(job.id!), {
        connection,
        autorun: false,
        drainDelay: 1,
      });
      const { blockingConnection } = (worker as unknown as Inside).backend;
      const client = await blockingConnection.client;
      let waits = 0;
      client.bzpopmin = () => {
        waits++;
        return NEVER();
      };
      blockingConnection.disconnect = NEVER;
      boundWaits(worker, 300);
      worker.run().catch(() => undefined);
      await eventually('a wait', async () => waits > 0);
      await queue.add('job', {}, { jobId: 'late' });
      await eventually('the job', async () => done.includes('late'));
      expect(done).to.deep.equal(['late']);
      await worker.close(true);
      await queue.close();
      connection.disconnect();
    });
  });
}
