import type { Config } from '../shared/config.ts';
import { runRole } from '../shared/run-role.ts';
import { assertCredentials } from './assert-credentials.ts';
import { startProducer } from './start-producer.ts';

/** The producer asks nobody but Slack: it need not carry the Kubernetes SDK, 50 MB. */
const withoutKubernetes = (config: Config): Config => ({ ...config, kubernetes: null });

await runRole(
  'producer',
  async (services, shutdown) => {
    await startProducer(services, shutdown);
  },
  { sharesDatabase: true, check: assertCredentials, narrow: withoutKubernetes },
);
