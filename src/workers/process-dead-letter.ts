import { UnrecoverableError } from 'bullmq';
import type { FleetJob } from '../shared/queues/jobs.ts';
import type { Queues } from '../shared/queues/queues.ts';
import { redriveIncident } from '../shared/redrive-incident.ts';
import type { Store } from '../shared/store/store.ts';

type Deps = { store: Store; queues: Queues };

/**
 * One job of the dead-letter queue. The first time it parks: the job fails with the incident's reason, so that the board
 * lists it under Failed. When an operator presses Retry there, it runs again, and that sends the incident round again. It is
 * the failed attempt that tells the two apart: one that a killed worker did not finish is no operator's wish.
 */
export async function processDeadLetter(deps: Deps, job: FleetJob): Promise<string> {
  const { incidentId, run } = job.data;
  if (job.attemptsMade > 0)
    return (await redriveIncident(deps, incidentId)) ?? 'nothing to do: the incident is not dead';
  const incident = await deps.store.incidents.find(incidentId);
  if (incident?.state !== 'dead' || incident.run !== run) return 'nothing to do: the incident is not dead';
  throw new UnrecoverableError(`${incident.deadReason}: ${incident.reason}`);
}
