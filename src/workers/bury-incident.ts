import { describeError } from '../shared/errors.ts';
import type { DeadReason } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { deadLetterJobId, type JobData, postJobId } from '../shared/queues/jobs.ts';
import { DEAD_LETTER_QUEUE, POST_QUEUE } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { Fence } from '../shared/store/incident-store.ts';
import type { Store } from '../shared/store/store.ts';

type Deps = { store: Store; queues: Queues; logger: Logger; metrics: Metrics };

/**
 * Ends an incident as dead: the reason is stored, a job on the dead-letter queue makes it visible on the board, and the
 * thread gets one honest line (unless Slack itself is the reason). Does nothing when the incident has ended already, or when
 * another worker holds a newer lease than the fence's.
 */
export async function buryIncident(
  deps: Deps,
  { incidentId, run }: JobData,
  reason: DeadReason,
  why: string,
  fence?: Fence,
): Promise<void> {
  const { store, queues, logger, metrics } = deps;
  const died = await store.incidents.die(incidentId, run, reason, why, fence);
  if (!died) return;
  metrics.incidents.inc({ outcome: 'dead' });
  logger.error('an incident is dead', { incident: incidentId, reason, error: why });
  try {
    await queues.add(DEAD_LETTER_QUEUE, [{ id: deadLetterJobId(incidentId, run), data: { incidentId, run } }]);
    if (died.wanted !== null) {
      await queues.add(POST_QUEUE, [
        { id: postJobId(incidentId, run, died.wanted), data: { incidentId, run }, priority: 1 },
      ]);
    }
  } catch (error) {
    // The reconciler adds both again: the store already knows.
    logger.warn('a dead letter could not be queued now', { incident: incidentId, error: describeError(error) });
  }
}
