import { type Listening, listen } from '../shared/http/listen.ts';
import type { Services } from '../shared/open-services.ts';
import type { Shutdown } from '../shared/shutdown.ts';
import { createProducerApp } from './app.ts';
import { assertCredentials } from './assert-credentials.ts';
import { createEnqueue } from './enqueue-investigation.ts';
import { loadPolicies } from './intake-policies/load-policies.ts';
import { keepIntake } from './keep-intake.ts';
import { keepOwnSlack } from './own-slack.ts';
import { keepReconciling } from './reconcile.ts';
import { keepToppedUp } from './top-up-queues.ts';

/**
 * Starts the producer: HTTP, the enqueue stage, the reconciler and what policies have put off. Throws FleetError
 * `config_invalid` when no credentials are configured and it was not told to run open on loopback, and for wrong policies.
 */
export async function startProducer(services: Services, shutdown: Shutdown): Promise<Listening> {
  const { config, store, queues, logger, metrics } = services;
  assertCredentials(config);
  const policies = loadPolicies(config.intakePoliciesPath);
  const stop = new AbortController();
  const enqueue = createEnqueue({ queues, incidents: store.incidents, logger, metrics });
  const ownSlack = keepOwnSlack(services, stop.signal);
  const app = createProducerApp({ ...services, enqueue, ownSlack, policies });
  const listening = await listen(app, config.port, config.host);
  const scheduling = { agents: services.agents, store, queues, enqueue, logger, metrics };
  const keeping = [
    keepReconciling(scheduling, stop.signal),
    keepToppedUp(scheduling, stop.signal),
    keepIntake({ ...scheduling, policies, gateway: services.gateway }, stop.signal),
  ];
  shutdown.push('producer', async () => {
    stop.abort();
    await listening.close(config.shutdownTimeoutMs / 2);
    await Promise.all([enqueue.settled(), ...keeping]);
  });
  logger.info('the producer listens', { url: listening.url });
  return listening;
}
