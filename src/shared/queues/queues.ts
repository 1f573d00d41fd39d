import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import type { JobData } from './jobs.ts';

export type FleetQueue = Queue<JobData>;
export type FleetWorker = Worker<JobData>;

/** The queues of the fleet, wherever they are kept; `openQueues` makes one. */
export type Queues = {
  readonly backend: 'redis' | 'postgres';
  queue(name: string): FleetQueue;
  /** Adds jobs in one call, within 2 s; throws when the queue is down. */
  add(name: string, jobs: { id: string; data: JobData; priority?: number; delayMs?: number }[]): Promise<void>;
  /** How many jobs wait in a queue, delayed ones included; throws within 2 s when the queue is down. */
  depth(name: string): Promise<number>;
  startWorker(name: string, process: Processor<JobData>, options: QueueWorkerOptions): FleetWorker;
  /** Asks the backend for a sign of life; throws within `ms`. */
  ping(ms: number): Promise<void>;
  close(): Promise<void>;
};

export type QueueWorkerOptions = Pick<WorkerOptions, 'concurrency' | 'limiter'> & { name: string };
