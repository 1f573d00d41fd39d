import { assertCredentials } from './producer/assert-credentials.ts';
import { runRole } from './shared/run-role.ts';
import { startFleet } from './start-fleet.ts';

await runRole(
  'fleet',
  async (services, shutdown) => {
    await startFleet(services, shutdown);
  },
  { check: assertCredentials },
);
