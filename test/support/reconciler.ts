import { createEnqueue } from '../../src/producer/enqueue-investigation.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import type { TestStore } from './services.ts';

/** What the reconciler works with, on a store of a test's own. */
export const reconcilerOf = (test: Omit<TestStore, 'close'>) => ({
  ...test,
  agents: loadAgents(),
  enqueue: createEnqueue({ ...test, incidents: test.store.incidents }),
});
