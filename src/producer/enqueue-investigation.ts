import { pause } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import { jobPriority, turnOf } from '../shared/job-priority.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { investigateJobId } from '../shared/queues/jobs.ts';
import { investigateQueue } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { IncidentStore } from '../shared/store/incident-store.ts';
import { inSendSpans } from '../shared/tracing/message-spans.ts';
import type { TraceCarrier } from '../shared/tracing/trace-carrier.ts';
import { outsideTrace } from '../shared/tracing/tracing.ts';

/**
 * What the enqueue stage needs to know of an incident; `turnAt` is when nothing may overtake it any more, epoch ms, and `trace` the
 * span that its work continues.
 */
export type Enqueueable = {
  incidentId: string;
  run: number;
  agent: string;
  priority: number;
  turnAt?: number;
  trace?: TraceCarrier | null;
};

export type Enqueue = {
  /** Takes incidents that are committed; returns at once. What cannot be queued now is left to the reconciler. */
  later(incidents: Enqueueable[]): void;
  /** Queues these incidents and marks them; throws when the queue is down. Doing it twice changes nothing. */
  now(incidents: Enqueueable[]): Promise<void>;
  /** Waits for what `later` has taken. */
  settled(): Promise<void>;
  /** Tells once whether incidents had to stay in the store since it was asked. */
  leftSome(): boolean;
};

/**
 * Jobs that may wait in one investigate queue. The queue is the schedule of the next minutes: what is above stays
 * `received` in the store, where it costs a storm nothing more, and is queued in its turn when there is room.
 */
export const QUEUE_WINDOW = 1_000;
/** Critical incidents have as much room again, so that lesser ones never keep them out. */
const CRITICAL_ROOM = 2;
const CRITICAL = 1;
const MAX_GATHERED = 10_000;
/** For so long a full queue is not asked again how full it is, ms. */
const FULL_MS = 500;

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
export function createEnqueue({ queues, incidents, logger, metrics, limit = QUEUE_WINDOW }: Deps): Enqueue {
  const gathered: Enqueueable[] = [];
  const fullUntil = new Map<string, number>();
  let running: Promise<void> | null = null;
  let left = false;

  const withinRoom = async (agent: string, group: Enqueueable[]) => {
    if ((fullUntil.get(agent) ?? 0) > performance.now()) return [];
    const free = limit - (await queues.depth(investigateQueue(agent)));
    const fitting = mostUrgent(group, free, free + limit * (CRITICAL_ROOM - 1));
    if (fitting.length < group.length && free <= -limit) fullUntil.set(agent, performance.now() + FULL_MS);
    return fitting;
  };

  const now = async (batch: Enqueueable[]) => {
    const timer = metrics.stageTimer('enqueue');
    for (const [agent, group] of Map.groupBy(batch, (item) => item.agent)) {
      const fitting = await withinRoom(agent, group);
      if (fitting.length < group.length) left = true;
      if (fitting.length === 0) continue;
      const queue = investigateQueue(agent);
      await inSendSpans(queue, fitting.map(toMessage), async () => {
        await queues.add(queue, fitting.map(toJob));
        await incidents.markQueued(fitting.map((item) => item.incidentId));
      });
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
      running ??= outsideTrace(() => new Promise<void>((done) => setImmediate(done)).then(drain));
    },
    settled: async () => {
      await running;
    },
    leftSome: () => {
      const answer = left;
      left = false;
      return answer;
    },
  };
}

/** As many as there is room for, in their turn; the queue is asked to keep to it by the priority of the jobs. */
function mostUrgent(group: Enqueueable[], room: number, criticalRoom: number): Enqueueable[] {
  if (room >= group.length) return group;
  const urgent = group.toSorted((one, other) => turn(one) - turn(other));
  return urgent.filter((item, index) => index < (item.priority === CRITICAL ? criticalRoom : room));
}

const turn = ({ turnAt, priority }: Enqueueable) => turnAt ?? turnOf(priority, Date.now());

const toMessage = ({ incidentId, run, trace }: Enqueueable) => ({
  id: investigateJobId(incidentId, run),
  incidentId,
  run,
  trace,
});

function toJob(incident: Enqueueable) {
  const { incidentId, run } = incident;
  return { id: investigateJobId(incidentId, run), data: { incidentId, run }, priority: jobPriority(turn(incident)) };
}
