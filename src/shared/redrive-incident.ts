import { jobPriority } from './job-priority.ts';
import { investigateJobId, postJobId } from './queues/jobs.ts';
import { investigateQueue, POST_QUEUE } from './queues/queue-names.ts';
import type { Queues } from './queues/queues.ts';
import type { Store } from './store/store.ts';
import { inSendSpans } from './tracing/message-spans.ts';
import type { TraceCarrier } from './tracing/trace-carrier.ts';

type Deps = { store: Store; queues: Queues };

/**
 * Sends a dead incident round again; null when it is not dead. Where the report stands and only Slack had failed, the
 * delivery alone is repeated, otherwise a new run starts. A queue that is down only delays it: once the store knows, the
 * reconciler brings the job.
 */
export async function redriveIncident({ store, queues }: Deps, incidentId: string): Promise<string | null> {
  const again = await store.incidents.redrive(incidentId);
  if (!again) return null;
  const { run, agent, priority, state, trace } = again;
  const data = { incidentId, run };
  if (state === 'reported') {
    const revision = await store.deliveries.want(incidentId, run);
    const id = postJobId(incidentId, run, revision);
    const add = () => queues.add(POST_QUEUE, [{ id, data, priority }]);
    await inSendSpans(POST_QUEUE, [{ id, incidentId, run, trace }], add).catch(() => undefined);
    return 'the report is delivered again';
  }
  return await queueRun({ store, queues }, { incidentId, run, agent, trace });
}

/** Queues a run that somebody has asked for, before all that may still be overtaken; says what came of it. */
export async function queueRun(
  { store, queues }: Deps,
  { incidentId, run, agent, trace }: { incidentId: string; run: number; agent: string; trace?: TraceCarrier | null },
): Promise<string> {
  const job = { id: investigateJobId(incidentId, run), data: { incidentId, run }, priority: jobPriority(Date.now()) };
  try {
    const queue = investigateQueue(agent);
    await inSendSpans(queue, [{ id: job.id, incidentId, run, trace }], () => queues.add(queue, [job]));
    await store.incidents.markQueued([incidentId]);
    return `run ${run} is queued`;
  } catch {
    return `run ${run} is queued as soon as the queue is back`;
  }
}
