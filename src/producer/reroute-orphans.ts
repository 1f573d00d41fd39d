import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { poolAgents } from '../shared/agents/load-agents.ts';
import { withDeadline } from '../shared/deadline.ts';
import type { Logger } from '../shared/logger.ts';
import { investigateJobId } from '../shared/queues/jobs.ts';
import { investigateQueue } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { Store } from '../shared/store/store.ts';
import { agentOfClass } from './classify-alert.ts';

/** A rollout brings the pool of a new agent within this time, s. */
const ORPHAN_SECONDS = 600;
const BATCH = 500;
const REMOVE_MS = 2_000;

type Deps = { agents: AgentDefinition[]; store: Pick<Store, 'incidents'>; queues: Queues; logger: Logger };

/**
 * Gives incidents of an agent that is no longer there (it was renamed, removed or rolled back) to the one that answers for their
 * class now: no queue of ours is theirs, and nobody would ever take them. Many producers may do it at once.
 */
export async function rerouteOrphans({ agents, store, queues, logger }: Deps): Promise<void> {
  const pools = poolAgents(agents);
  const names = pools.map((agent) => agent.name);
  for (const orphan of await store.incidents.orphans(names, ORPHAN_SECONDS, BATCH)) {
    const { incidentId, run, agent, alertClass, scores } = orphan;
    const { value, reason } = agentOfClass(alertClass, scores, agents, pools);
    const why = `there is no agent ${agent} any more; ${reason}`;
    if (!(await store.incidents.reroute(incidentId, agent, value, why))) continue;
    logger.warn('an incident was given to another agent', { stage: 'classify', incident: incidentId, why });
    // What is left of it only takes room: whoever takes it finds that there is nothing to do.
    const job = investigateJobId(incidentId, run);
    const remove = () => queues.queue(investigateQueue(agent)).remove(job);
    await withDeadline('removing a job', REMOVE_MS, remove).catch(() => undefined);
  }
}
