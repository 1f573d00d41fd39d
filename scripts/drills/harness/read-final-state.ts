import { setTimeout as sleep } from 'node:timers/promises';
import { loadAgents, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { loadConfig } from '../../../src/shared/config.ts';
import type { Database } from '../../../src/shared/database/database.ts';
import { openDatabase } from '../../../src/shared/database/open-database.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { openQueues } from '../../../src/shared/queues/open-queues.ts';
import { investigateQueue, POST_QUEUE } from '../../../src/shared/queues/queue-names.ts';
import type { Queues } from '../../../src/shared/queues/queues.ts';
import type { FinalState, LiveJob, StoredAlert, StoredDelivery, StoredIncident } from '../checker/observed.ts';

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

const ALERTS = `
select a.id, a.alert->>'service' as key, l.incident_id as "incidentId", ${ms('a.received_at')} as "receivedAt"
from rca_fleet.alerts a left join rca_fleet.incident_alerts l on l.alert_id = a.id`;

const INCIDENTS = `
select i.id, i.state, i.dead_reason as "deadReason", i.run, coalesce(v.attempts, 0) as attempts, i.slack,
       ${ms('i.created_at')} as "createdAt", ${ms('i.finished_at')} as "finishedAt"
from rca_fleet.incidents i left join rca_fleet.investigations v on v.incident_id = i.id and v.run = i.run`;

const DELIVERIES = `
select incident_id as "incidentId", run, part, state, channel, message_ts as "messageTs", wanted, shown
from rca_fleet.deliveries`;

/** Reads database and queues in this process; the fleet must have come to rest, and an embedded one must have ended. */
export async function readFinalState(environment: Record<string, string>): Promise<FinalState> {
  const config = loadConfig(environment);
  const database = await openDatabase(config, silentLogger);
  const queues = openQueues(config, database, silentLogger);
  try {
    return { at: Date.now(), ...(await readRows(database)), jobs: await readJobs(queues) };
  } finally {
    await queues.close();
    await database.close();
  }
}

const STARTS = `select ${ms('started_at')} as at from rca_fleet.investigations`;
const LLM = 'select count(*)::int as count from rca_fleet.llm_spending';

/** Waits until no job of an investigation is left, which may be waiting although its incident has ended; at most so long. */
export async function untilNoJobs(environment: Record<string, string>, ms: number): Promise<void> {
  const config = loadConfig(environment);
  const database = await openDatabase(config, silentLogger);
  const queues = openQueues(config, database, silentLogger);
  try {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(1_000)) {
      if ((await readJobs(queues)).length === 0) return;
    }
  } finally {
    await queues.close();
    await database.close();
  }
}

async function readRows(database: Database) {
  type Plain<T> = T & Record<string, unknown>;
  return {
    alerts: await database.query<Plain<StoredAlert>>(ALERTS),
    incidents: await database.query<Plain<StoredIncident>>(INCIDENTS),
    deliveries: await database.query<Plain<StoredDelivery>>(DELIVERIES),
    starts: (await database.query<{ at: number }>(STARTS)).map(({ at }) => at),
    llmInvestigations: (await database.query<{ count: number }>(LLM))[0]!.count,
  };
}

async function readJobs(queues: Queues): Promise<LiveJob[]> {
  const names = [...poolAgents(loadAgents()).map((agent) => investigateQueue(agent.name)), POST_QUEUE];
  const jobs: LiveJob[] = [];
  for (const queue of names) {
    const live = await queues.queue(queue).getJobs(['waiting', 'prioritized', 'delayed', 'active']);
    jobs.push(
      ...live.map((job) => ({ queue, id: String(job.id), incidentId: job.data.incidentId, run: job.data.run })),
    );
  }
  return jobs;
}
