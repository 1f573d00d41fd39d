import { pause } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { investigateJobId, investigateQueue, type Queues } from '../shared/queues.ts';
import type { IncidentStore } from '../shared/store/incident-store.ts';

/** What the enqueue stage needs to know of an incident. */
export type Enqueueable = { incidentId: string; run: number; agent: string; priority: number };

export type Enqueue = {
  /** Takes incidents that are committed; returns at once. What cannot be queued now is left to the reconciler. */
  later(incidents: Enqueueable[]): void;
  /** Queues these incidents and marks them; throws when the queue is down. Doing it twice changes nothing. */
  now(incidents: Enqueueable[]): Promise<void>;
  /** Waits for what `later` has taken. */
  settled(): Promise<void>;
};

/** Jobs that may wait in one investigate queue; what is above stays `received` in the store until there is room. */
const MAX_QUEUED = 10_000;
const MAX_GATHERED = 10_000;
const CRITICAL = 1;

type Deps = {
  queues: Queues;
  incidents: Pick<IncidentStore, 'markQueued'>;
  logger: Logger;
  metrics: Metrics;
  limit?: number;
};

/**
 * The first incident is queued at once; those that follow so closely go together, because every call has its price. In a
 * storm they gather for longer: the intake needs the database then, and a fifth of a second is nothing to a full queue.
 */
const GATHER_MS = 10;
const GATHER_IN_STORM_MS = 200;
/** Incidents of one gathering from which on it is a storm. */
const STORM = 8;

/** The enqueue stage: adds jobs in bulk behind the intake's back, so that a queue that is down never fails a 202. */
export function createEnqueue({ queues, incidents, logger, metrics, limit = MAX_QUEUED }: Deps): Enqueue {
  const gathered: Enqueueable[] = [];
  let running: Promise<void> | null = null;

  const now = async (batch: Enqueueable[]) => {
    const timer = metrics.stageTimer('enqueue');
    for (const [agent, group] of Map.groupBy(batch, (item) => item.agent)) {
      const fitting = await withinLimit(queues, agent, group, limit);
      if (fitting.length < group.length) {
        logger.warn('the queue is full; the other incidents wait in the store', {
          stage: 'enqueue',
          agent,
          left: group.length - fitting.length,
        });
      }
      await queues.add(investigateQueue(agent), fitting.map(toJob));
      await incidents.markQueued(fitting.map((item) => item.incidentId));
    }
    timer('ok');
  };
  const drain = async () => {
    while (gathered.length > 0) {
      const batch = gathered.splice(0, 500);
      await now(batch).catch((error) =>
        logger.warn('incidents could not be queued now; the reconciler will queue them', {
          stage: 'enqueue',
          incidents: batch.length,
          error: describeError(error),
        }),
      );
      await pause(batch.length < STORM ? GATHER_MS : GATHER_IN_STORM_MS);
    }
    running = null;
  };
  return {
    now,
    later(batch) {
      if (batch.length === 0) return;
      // Above that the store alone remembers them, so that memory stays bounded while the queue is down.
      gathered.push(...batch.slice(0, Math.max(0, MAX_GATHERED - gathered.length)));
      // The next turn: what the same commit has opened goes into one call.
      running ??= new Promise<void>((done) => setImmediate(done)).then(drain);
    },
    settled: async () => {
      await running;
    },
  };
}

/** Critical incidents always find room; of the others as many as the queue may still take, the most urgent first. */
async function withinLimit(queues: Queues, agent: string, group: Enqueueable[], limit: number): Promise<Enqueueable[]> {
  const room = Math.max(0, limit - (await queues.depth(investigateQueue(agent))));
  if (room >= group.length) return group;
  const urgent = group.toSorted((left, right) => left.priority - right.priority);
  return urgent.filter((item, index) => index < room || item.priority === CRITICAL);
}

function toJob({ incidentId, run, priority }: Enqueueable) {
  return { id: investigateJobId(incidentId, run), data: { incidentId, run }, priority };
}
