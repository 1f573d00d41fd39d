import { runRole } from '../shared/run-role.ts';
import { startWorkerHealth, startWorkers } from './start-workers.ts';

await runRole(
  'worker',
  async (services, shutdown) => {
    await startWorkerHealth(services, await startWorkers(services, shutdown), shutdown);
  },
  { sharesDatabase: true },
);
