import { createPostgresBackend, Queue, Worker } from 'bullmq';
import type { Database } from '../database/database.ts';
import type { QueueBackend } from './queue-backend.ts';
import type { FleetQueue, FleetWorker } from './queues.ts';

/** BullMQ's own `drainDelay`, s. */
const IDLE_LOOK_S = 5;

/** The queues in the fleet's own database, on its pool for queues. */
export function postgresBackend(database: Database): QueueBackend {
  const connection = database.queuePool() as never;
  return {
    name: 'postgres',
    openQueue: (name, options) =>
      new Queue(name, { ...options, connection }, createPostgresBackend) as unknown as FleetQueue,
    openWorker: (name, process, options) => {
      const worker = new Worker(name, process as never, { ...options, connection }, createPostgresBackend);
      // One that could not listen waits for an hour at its next attempt, and when the look at the queue that goes with it fails, it
      // overlooks what was added in between until another job is added: so it looks as often as any idle worker does.
      Object.defineProperty(worker, 'maximumBlockTimeout', { value: IDLE_LOOK_S });
      return worker as unknown as FleetWorker;
    },
    ready: async () => {},
    ping: () => database.query('select 1 as one'),
    close: async () => {},
  };
}
