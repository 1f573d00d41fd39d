import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { pause, withDeadline } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { deadLetterJobId, investigateJobId, postJobId } from '../shared/queues/jobs.ts';
import { DEAD_LETTER_QUEUE, investigateQueue, POST_QUEUE } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { DueDelivery } from '../shared/store/delivery-store.ts';
import type { StaleIncident } from '../shared/store/incident-store.ts';
import type { Store } from '../shared/store/store.ts';
import type { Enqueue } from './enqueue-investigation.ts';
import { findLostJobs } from './find-lost-jobs.ts';
import { topUpQueues } from './top-up-queues.ts';

const EVERY_MS = 5_000;
/** One round at most; what it did not get to is for the next. */
const ROUND_MS = 60_000;
const PING_MS = 2_000;
/** An incident is looked at when nothing has happened to it for so long and no worker holds it. */
const QUIET_SECONDS = 10;
const BATCH = 500;
/** Batches in one round at most, so that deliveries and dead letters get their turn. */
const MAX_BATCHES = 20;
/** The newest dead letters are kept on the board even when the queue was emptied. */
const DEAD_LETTERS = 100;

type Deps = {
  agents: AgentDefinition[];
  store: Store;
  queues: Queues;
  enqueue: Enqueue;
  logger: Logger;
  metrics: Metrics;
};

/**
 * Makes the queue agree with Postgres: incidents whose job was never added get one, others get back a job that was lost
 * with the queue, deliveries that are behind get theirs, and incidents whose job died without a word end as dead. Every step
 * may run in many producers at once and any number of times. Throws when the queue or the store is down.
 */
export async function reconcile(deps: Deps, signal?: AbortSignal): Promise<void> {
  await deps.queues.ping(PING_MS);
  await topUpQueues(deps);
  await inBatches(() => reconcileInvestigations(deps), signal);
  await inBatches(() => reconcileDeliveries(deps), signal);
  await reconcileDeadLetters(deps);
}

/** After a full batch that had lost jobs the queue has probably been emptied: the others should not wait for the next round. */
async function inBatches(batch: () => Promise<{ seen: number; lost: number }>, signal?: AbortSignal): Promise<void> {
  for (let count = 0; count < MAX_BATCHES; count++) {
    const { seen, lost } = await batch();
    if (seen < BATCH || lost === 0 || signal?.aborted) return;
  }
}

async function reconcileInvestigations(deps: Deps) {
  const { store, enqueue, metrics } = deps;
  const stale = await store.incidents.stale(QUIET_SECONDS, BATCH);
  const placeOf = ({ agent, incidentId, run }: StaleIncident) => ({
    queue: investigateQueue(agent),
    id: investigateJobId(incidentId, run),
  });
  const lost = await findLostJobs(deps, stale, placeOf, async ({ incidentId, run }, why) => {
    const stalled = /stalled/.test(why);
    const reason = stalled ? 'the worker died several times on this incident' : why;
    await store.incidents.die(incidentId, run, stalled ? 'poison' : 'bug', reason);
  });
  if (lost.length > 0) await enqueue.now(lost);
  await store.incidents.touch(stale.map((incident) => incident.incidentId));
  metrics.reconciled.inc({ what: 'investigation' }, lost.length);
  return { seen: stale.length, lost: lost.length };
}

async function reconcileDeliveries(deps: Deps) {
  const { store, queues, metrics } = deps;
  const due = await store.deliveries.due(QUIET_SECONDS, BATCH);
  const idOf = ({ incidentId, run, wanted }: DueDelivery) => postJobId(incidentId, run, wanted);
  const lost = await findLostJobs(
    deps,
    due,
    (delivery) => ({ queue: POST_QUEUE, id: idOf(delivery) }),
    (delivery, why) => giveUpDelivery(store, delivery, why),
  );
  const jobs = lost.map((delivery) => {
    const { incidentId, run, priority } = delivery;
    return { id: idOf(delivery), data: { incidentId, run }, priority };
  });
  await queues.add(POST_QUEUE, jobs);
  metrics.reconciled.inc({ what: 'delivery' }, jobs.length);
  return { seen: due.length, lost: lost.length };
}

/** Until the report stands, the next revision brings a job of its own; after that nobody would try again. */
async function giveUpDelivery(store: Store, { incidentId, run, state }: DueDelivery, why: string): Promise<void> {
  if (state === 'reported') await store.incidents.die(incidentId, run, 'slack_unavailable', why);
  const claim = await store.deliveries.claim(incidentId, run);
  if (claim.outcome !== 'claimed') return;
  await store.deliveries.fail(claim.lease, why);
  await store.deliveries.release(claim.lease);
}

async function reconcileDeadLetters({ store, queues }: Deps): Promise<void> {
  const dead = await store.incidents.deadLetters(DEAD_LETTERS);
  await queues.add(
    DEAD_LETTER_QUEUE,
    dead.map(({ incidentId, run }) => ({ id: deadLetterJobId(incidentId, run), data: { incidentId, run } })),
  );
}

/** Reconciles every 5 s until the signal is aborted; the returned promise ends with it, whatever a round waits for. */
export async function keepReconciling(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(EVERY_MS, signal, false);
    if (signal.aborted) return;
    const round = (limited: AbortSignal) => reconcile(deps, limited);
    await withDeadline('reconciling', ROUND_MS, round, signal).catch((error) => {
      if (signal.aborted) return;
      deps.logger.warn('the reconciler could not finish; it tries again', {
        stage: 'enqueue',
        error: describeError(error),
      });
    });
  }
}
