import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { poolAgents } from '../shared/agents/load-agents.ts';
import { pause, withDeadline } from '../shared/deadline.ts';
import { describeError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Store } from '../shared/store/store.ts';
import { type Enqueue, QUEUE_WINDOW } from './enqueue-investigation.ts';

const EVERY_MS = 1_000;
const ROUND_MS = 30_000;
/** What has just been written down is still in the hands of the enqueue stage. */
const QUIET_SECONDS = 2;

type Deps = { agents: AgentDefinition[]; store: Pick<Store, 'incidents'>; enqueue: Enqueue };

/**
 * Queues the most urgent of the incidents that wait in the store, as many as their queues take: those that found the queue
 * full or down, and those whose producer was killed between commit and queue. Says whether more may be waiting. Many
 * producers may do this at once. Throws when the queue or the store is down.
 */
export async function topUpQueues({ agents, store, enqueue }: Deps): Promise<boolean> {
  let more = false;
  for (const { name } of poolAgents(agents)) {
    const waiting = await store.incidents.waiting(name, QUIET_SECONDS, QUEUE_WINDOW);
    await enqueue.now(waiting);
    more ||= waiting.length === QUEUE_WINDOW;
  }
  return enqueue.leftSome() || more;
}

/** Tops up every second while incidents wait for room, until the signal is aborted; the reconciler finds the others. */
export async function keepToppedUp(deps: Deps & { logger: Logger }, signal: AbortSignal): Promise<void> {
  let more = false;
  while (!signal.aborted) {
    await pause(EVERY_MS, signal, false);
    more = deps.enqueue.leftSome() || more;
    if (signal.aborted || !more) continue;
    more = await withDeadline('topping up the queues', ROUND_MS, () => topUpQueues(deps), signal).catch((error) => {
      if (!signal.aborted) deps.logger.warn('the queues could not be topped up', { error: describeError(error) });
      return false;
    });
  }
}
