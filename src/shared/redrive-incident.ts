import { investigateJobId, investigateQueue, POST_QUEUE, postJobId, type Queues } from './queues.ts';
import type { Store } from './store/store.ts';

type Deps = { store: Store; queues: Queues };

/**
 * Sends a dead incident round again; null when it is not dead. Where the report stands and only Slack had failed, the
 * delivery alone is repeated, otherwise a new run starts.
 */
export async function redriveIncident({ store, queues }: Deps, incidentId: string): Promise<string | null> {
  const again = await store.incidents.redrive(incidentId);
  if (!again) return null;
  const { run, agent, priority, state } = again;
  const data = { incidentId, run };
  if (state === 'reported') {
    const revision = await store.deliveries.want(incidentId, run);
    await queues.add(POST_QUEUE, [{ id: postJobId(incidentId, run, revision), data, priority }]);
    return 'the report is delivered again';
  }
  await queues.add(investigateQueue(agent), [{ id: investigateJobId(incidentId, run), data, priority }]);
  await store.incidents.markQueued([incidentId]);
  return `run ${run} is queued`;
}
