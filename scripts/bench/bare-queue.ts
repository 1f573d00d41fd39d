/**
 * What the fleet's throughput is compared with: a BullMQ worker on the same backend with the same options, whose jobs do
 * nothing. Answers each message with the time that so many jobs took.
 */
import { randomUUID } from 'node:crypto';
import { runRole } from '../../src/shared/run-role.ts';
import { startWorkerPool } from '../../src/workers/worker-pool.ts';

export type BareOrder = { jobs: number };
export type BareAnswer = { kind: 'bare'; seconds: number };

const QUEUE = 'bench-bare';
const CHUNK = 50;

await runRole('bench', async ({ queues, config }, shutdown) => {
  let done = 0;
  let onJob = () => {};
  const options = {
    name: 'bench',
    concurrency: config.workerConcurrency,
    limiter: { max: config.workerRatePerMinute, duration: 60_000 },
  };
  const pool = startWorkerPool(queues, QUEUE, options, async () => {
    done++;
    onJob();
    return 'nothing done';
  });
  shutdown.push('worker', () => pool.close(5_000));

  const run = async (jobs: number): Promise<number> => {
    done = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    onJob = () => {
      if (done === jobs) resolve();
    };
    const started = performance.now();
    for (let added = 0; added < jobs; added += CHUNK) {
      const chunk = Array.from({ length: Math.min(CHUNK, jobs - added) }, () => randomUUID());
      await queues.add(
        QUEUE,
        chunk.map((id) => ({ id, data: { incidentId: id, run: 1 }, priority: 2 })),
      );
    }
    await promise;
    return (performance.now() - started) / 1000;
  };
  process.on('message', (order: BareOrder | { ask: string }) => {
    if ('jobs' in order) void run(order.jobs).then((seconds) => process.send?.({ kind: 'bare', seconds }));
  });
  process.send?.({ kind: 'up' });
});
