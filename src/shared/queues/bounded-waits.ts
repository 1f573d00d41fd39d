import type { Worker } from 'bullmq';
import { pause } from '../deadline.ts';

/** After a wait should have ended, BullMQ gets so long to make its connection anew, ms. */
const GRACE_MS = 10_000;

/** What BullMQ keeps to itself of how a worker waits for a job, as far as it is needed here. */
type Blocking = {
  waitForJob(seconds: number): Promise<unknown>;
  reconnectBlocking(): Promise<unknown>;
  blockingConnection?: { _client?: { status: string } };
};

/**
 * Lets a worker on Redis go on when its wait for a job does not end although its connection is there. BullMQ ends such waits by closing the
 * connection and listening for its end; where the connection to a Cluster is made anew at that very moment, the end is never told, and the
 * worker would take no job any more. While Redis is away nothing changes: then there is nothing to go on with.
 */
export function boundWaits(worker: Worker, graceMs = GRACE_MS): void {
  const { backend } = worker as unknown as { backend: Blocking };
  const [waitForJob, reconnect] = [backend.waitForJob.bind(backend), backend.reconnectBlocking.bind(backend)];
  backend.waitForJob = (seconds) => unlessStuck(backend, waitForJob(seconds), Math.ceil(seconds) * 1000 + graceMs);
  backend.reconnectBlocking = () => unlessStuck(backend, reconnect(), graceMs);
}

/** What the work resolves to; null when it has not ended after `ms` and the connection is there. */
async function unlessStuck<T>(backend: Blocking, work: Promise<T>, ms: number): Promise<T | null> {
  const over = new AbortController();
  const isLive = () => /^(?:ready|connect)$/.test(backend.blockingConnection?._client?.status ?? '');
  const stuck = async () => {
    do await pause(ms, over.signal, false);
    while (!over.signal.aborted && !isLive());
    return null;
  };
  try {
    return await Promise.race([work, stuck()]);
  } finally {
    over.abort();
    work.catch(() => undefined);
  }
}
