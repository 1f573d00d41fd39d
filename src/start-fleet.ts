import { startProducer } from './producer/start-producer.ts';
import type { Services } from './shared/open-services.ts';
import type { Shutdown } from './shared/shutdown.ts';
import { startWorkerHealth, startWorkers } from './workers/start-workers.ts';

/** Where a fleet in one process answers. */
export type FleetAddresses = { producer: string; workers: string };

/** Starts all roles in this process: the workers first, so that the first alert finds them waiting. */
export async function startFleet(services: Services, shutdown: Shutdown): Promise<FleetAddresses> {
  const pools = await startWorkers(services, shutdown);
  const workers = await startWorkerHealth(services, pools, shutdown);
  const producer = await startProducer(services, shutdown);
  return { producer: producer.url, workers };
}
