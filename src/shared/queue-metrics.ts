import type { Metrics } from './metrics.ts';
import type { Queues } from './queues/queues.ts';
import type { IncidentStore } from './store/incident-store.ts';

const KEEP_MS = 5_000;

/** Brings the gauges of queue depth and age up to date, asking the queues at most every 5 s. */
export function queueMetricsRefresher(
  queues: Queues,
  names: string[],
  incidents: Pick<IncidentStore, 'oldestOpenSeconds'>,
  metrics: Metrics,
): () => Promise<void> {
  let freshUntil = 0;
  return async () => {
    if (performance.now() < freshUntil) return;
    freshUntil = performance.now() + KEEP_MS;
    await Promise.all([
      ...names.map((name) => refreshQueue(queues, name, metrics)),
      incidents.oldestOpenSeconds().then((seconds) => metrics.oldestOpenIncidentSeconds.set(seconds)),
    ]);
  };
}

async function refreshQueue(queues: Queues, name: string, metrics: Metrics): Promise<void> {
  const queue = queues.queue(name);
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  for (const [state, count] of Object.entries(counts)) metrics.queueJobs.set({ queue: name, state }, count);
  metrics.queueOldestSeconds.set({ queue: name }, await oldestWaitingSeconds(queue));
}

/** Age of the job that has waited longest in the order of the queue, seconds; 0 for an empty queue. */
async function oldestWaitingSeconds(queue: ReturnType<Queues['queue']>): Promise<number> {
  const waiting = await queue.getJobs(['prioritized', 'waiting'], 0, 0, true);
  const oldest = Math.min(...waiting.filter(Boolean).map((job) => job.timestamp));
  return Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1000) : 0;
}
