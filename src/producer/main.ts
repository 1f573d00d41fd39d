import { runRole } from '../shared/run-role.ts';
import { assertCredentials } from './assert-credentials.ts';
import { startProducer } from './start-producer.ts';

await runRole(
  'producer',
  async (services, shutdown) => {
    await startProducer(services, shutdown);
  },
  { sharesDatabase: true, check: assertCredentials },
);
