/**
 * The process whose intake is measured. BENCH_INTAKE=stored is the production producer; `unstored` is the same application
 * with the same checks, parsers and classifier, whose store answers at once without storing and whose queue takes nothing.
 */
import { createProducerApp } from '../../src/producer/app.ts';
import type { Enqueue } from '../../src/producer/enqueue-investigation.ts';
import { loadPolicies } from '../../src/producer/intake-policies/load-policies.ts';
import { startProducer } from '../../src/producer/start-producer.ts';
import { listen } from '../../src/shared/http/listen.ts';
import type { Services } from '../../src/shared/open-services.ts';
import { runRole } from '../../src/shared/run-role.ts';
import type { IntakeStore } from '../../src/shared/store/intake-store.ts';

const storesNothing: IntakeStore = {
  storeAlerts: async (alerts) =>
    alerts.map(({ alertId, incidentId, classification }) => ({
      id: alertId,
      incidentId,
      decision: 'investigate',
      reason: `no incident is open for this alert: ${classification.reasons[0]}`,
      opened: true,
    })),
};

const queuesNothing: Enqueue = {
  later: () => {},
  now: async () => {},
  settled: async () => {},
  leftSome: () => false,
};

async function startUnstored(services: Services): Promise<void> {
  const { config, store } = services;
  const deps = {
    ...services,
    store: { ...store, intake: storesNothing },
    enqueue: queuesNothing,
    ownSlack: () => null,
    policies: loadPolicies(config.intakePoliciesPath),
  };
  await listen(createProducerApp(deps), config.port, config.host);
}

await runRole('bench', async (services, shutdown) => {
  if (process.env.BENCH_INTAKE === 'unstored') await startUnstored(services);
  else await startProducer(services, shutdown);
});
