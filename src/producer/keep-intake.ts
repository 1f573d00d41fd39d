import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { pause, withDeadline } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Metrics } from '../shared/metrics.ts';
import { postJobId } from '../shared/queues/jobs.ts';
import { POST_QUEUE } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { Store } from '../shared/store/store.ts';
import type { Enqueue } from './enqueue-investigation.ts';
import type { IntakePolicies } from './intake-policies/policy-schema.ts';
import { planSelfRedrives, redriveDue } from './keep-redriving.ts';
import { rerouteOrphans } from './reroute-orphans.ts';

const EVERY_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;
const ROUND_MS = 30_000;
const BATCH = 500;
/** Batches in one round at most, so that everything gets its turn. */
const MAX_BATCHES = 10;
/** What is not in a hurry, ms. */
const SELDOM_MS = 15_000;

export type KeepIntakeDeps = {
  agents: AgentDefinition[];
  store: Store;
  queues: Queues;
  enqueue: Enqueue;
  gateway: McpGateway;
  policies: IntakePolicies;
  logger: Logger;
  metrics: Metrics;
};

/** Ends the waiting of what is due, and queues what is to be investigated. Throws when the store is down. */
export async function takeUpHeld({ store, enqueue, metrics }: KeepIntakeDeps): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const { taken, ended } = await store.incidents.takeUpDue(BATCH);
    for (const { state } of ended) metrics.incidents.inc({ outcome: state });
    // What is killed from here on is received and not held: it is found like all that waits for room.
    enqueue.later(taken);
    if (taken.length + ended.length < BATCH) return;
  }
}

/** Brings threads up to date whose incidents have more alerts by now. A queue that is down leaves them to the reconciler. */
export async function tellNews({ store, queues, policies }: KeepIntakeDeps): Promise<void> {
  const wanted = await store.incidents.takeNews(policies.quietUpdate, BATCH);
  const jobs = wanted.map(({ incidentId, run, wanted: revision, priority }) => ({
    id: postJobId(incidentId, run, revision),
    data: { incidentId, run },
    priority,
  }));
  await queues.add(POST_QUEUE, jobs).catch(() => undefined);
}

/**
 * Does every second what policies have put off, until the signal is aborted: held incidents, threads with news, redrives. All of
 * it stands in the store, so that many producers may do it at once and any of them may be killed.
 */
export async function keepIntake(deps: KeepIntakeDeps, signal: AbortSignal): Promise<void> {
  let seldomAt = 0;
  while (!signal.aborted) {
    const often = [
      await attempt(deps, 'taking up held incidents', () => takeUpHeld(deps), signal),
      await attempt(deps, 'telling threads the news', () => tellNews(deps), signal),
      await attempt(deps, 'redriving dead letters', () => redriveDue(deps), signal),
    ];
    // By a clock that nobody sets back.
    if (performance.now() >= seldomAt) {
      seldomAt = performance.now() + SELDOM_MS;
      await attempt(deps, 'tidying intake', () => tidy(deps), signal);
      await attempt(deps, 'giving orphans another agent', () => rerouteOrphans(deps), signal);
      await attempt(deps, 'planning redrives', (limited) => planSelfRedrives(deps, limited), signal);
    }
    await pause(often.every(Boolean) ? EVERY_MS : AFTER_FAILURE_MS, signal, false);
  }
}

async function tidy({ store, policies }: KeepIntakeDeps): Promise<void> {
  await store.budgets.publish(budgetRules(policies));
  await store.incidents.pruneGroups();
  await store.budgets.prune();
}

/** The budgets as all processes need them. */
export function budgetRules({ budgets: { window, ...rules } }: IntakePolicies) {
  return { windowSeconds: window, ...rules };
}

async function attempt(
  { logger }: KeepIntakeDeps,
  what: string,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return true;
  try {
    await withDeadline(what, ROUND_MS, work, signal);
    return true;
  } catch (error) {
    if (!signal.aborted)
      logger.warn('intake could not do what is due; it tries again', { what, error: describeError(error) });
    return false;
  }
}
