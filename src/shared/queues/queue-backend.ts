import type { Processor, QueueOptions, WorkerOptions } from 'bullmq';
import type { JobData } from './jobs.ts';
import type { FleetQueue, FleetWorker, Queues } from './queues.ts';

/** What keeps the jobs: how BullMQ's queues and workers are made on it, and how it fares. */
export type QueueBackend = {
  name: Queues['backend'];
  openQueue(name: string, options: Omit<QueueOptions, 'connection'>): FleetQueue;
  openWorker(name: string, process: Processor<JobData>, options: Omit<WorkerOptions, 'connection'>): FleetWorker;
  /** Waits until a call has a chance; rejects when the signal is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
};
