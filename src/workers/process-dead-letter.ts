import { UnrecoverableError } from 'bullmq';
import type { FleetJob, Queues } from '../shared/queues.ts';
import { redriveIncident } from '../shared/redrive-incident.ts';
import type { Store } from '../shared/store/store.ts';

type Deps = { store: Store; queues: Queues };
type Parked = FleetJob['data'] & { parked?: boolean };

/**
 * One job of the dead-letter queue. The first time it parks: the job fails with the incident's reason, so that the board
 * lists it under Failed. When an operator presses Retry there, it runs again, and that sends the incident round again.
 */
export async function processDeadLetter(deps: Deps, job: FleetJob): Promise<string> {
  const data = job.data as Parked;
  if (data.parked) return (await redriveIncident(deps, data.incidentId)) ?? 'nothing to do: the incident is not dead';
  const incident = await deps.store.incidents.find(data.incidentId);
  if (incident?.state !== 'dead' || incident.run !== data.run) return 'nothing to do: the incident is not dead';
  await job.updateData({ ...data, parked: true } as Parked);
  throw new UnrecoverableError(`${incident.deadReason}: ${incident.reason}`);
}
