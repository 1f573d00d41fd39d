import { pause } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import {
  DEAD_LETTER_QUEUE,
  deadLetterJobId,
  investigateJobId,
  investigateQueue,
  POST_QUEUE,
  postJobId,
  type Queues,
} from '../shared/queues.ts';
import type { StaleIncident } from '../shared/store/incident-store.ts';
import type { Store } from '../shared/store/store.ts';
import type { Enqueue } from './enqueue-investigation.ts';

const EVERY_MS = 5_000;
/** An incident is looked at when nothing has happened to it for so long and no worker holds it. */
const QUIET_SECONDS = 10;
const BATCH = 500;
/** The newest dead letters are kept on the board even when the queue was emptied. */
const DEAD_LETTERS = 100;

type Deps = { store: Store; queues: Queues; enqueue: Enqueue; logger: Logger; metrics: Metrics };

/**
 * Makes the queue agree with Postgres: open incidents get their job back (it may have been lost with the queue, or never
 * been added), deliveries that are behind get theirs, and incidents whose job died without a word end as dead. Every step
 * may run in many producers at once and any number of times.
 */
export async function reconcile({ store, queues, enqueue, metrics }: Deps): Promise<void> {
  const stale = await store.incidents.stale(QUIET_SECONDS, BATCH);
  const unanswered = stale.filter((incident) => incident.state !== 'reported');
  if (unanswered.length > 0) await enqueue.now(unanswered);
  for (const incident of unanswered) await endIfJobFailed({ store, queues }, incident);
  await store.incidents.touch(stale.map((incident) => incident.incidentId));

  const due = await store.deliveries.due(QUIET_SECONDS, BATCH);
  const jobs = due.map(({ incidentId, run, wanted, priority }) => ({
    id: postJobId(incidentId, run, wanted),
    data: { incidentId, run },
    priority,
  }));
  if (jobs.length > 0) await queues.add(POST_QUEUE, jobs);

  const dead = await store.incidents.deadLetters(DEAD_LETTERS);
  await queues.add(
    DEAD_LETTER_QUEUE,
    dead.map(({ incidentId, run }) => ({ id: deadLetterJobId(incidentId, run), data: { incidentId, run } })),
  );
  metrics.reconciled.inc({ what: 'investigation' }, unanswered.length);
  metrics.reconciled.inc({ what: 'delivery' }, jobs.length);
}

/** A job that failed for good blocks its id: the incident behind it would wait for ever. */
async function endIfJobFailed(
  { store, queues }: Pick<Deps, 'store' | 'queues'>,
  incident: StaleIncident,
): Promise<void> {
  const { incidentId, run, agent } = incident;
  const job = await queues.queue(investigateQueue(agent)).getJob(investigateJobId(incidentId, run));
  if (!job || !(await job.isFailed())) return;
  const stalled = /stalled/.test(job.failedReason ?? '');
  const reason = stalled ? 'the worker died several times on this incident' : (job.failedReason ?? 'the job failed');
  await store.incidents.die(incidentId, run, stalled ? 'poison' : 'bug', reason);
}

/** Reconciles every 5 s until the signal is aborted; the returned promise ends after the last round. */
export async function keepReconciling(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(EVERY_MS, signal, false);
    if (signal.aborted) return;
    await reconcile(deps).catch((error) =>
      deps.logger.warn('the reconciler could not finish; it tries again', {
        stage: 'enqueue',
        error: describeError(error),
      }),
    );
  }
}
