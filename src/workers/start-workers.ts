import express from 'express';
import { type PoolAgent, poolAgents } from '../shared/agents/load-agents.ts';
import { POST_POOL } from '../shared/config.ts';
import { FleetError } from '../shared/errors.ts';
import { type HealthCheck, healthRoutes } from '../shared/http/health-routes.ts';
import { listen } from '../shared/http/listen.ts';
import { notFound, problemHandler } from '../shared/http/problem.ts';
import type { Services } from '../shared/open-services.ts';
import { postJobId } from '../shared/queues/jobs.ts';
import { DEAD_LETTER_QUEUE, investigateQueue, MAINTENANCE_QUEUE, POST_QUEUE } from '../shared/queues/queue-names.ts';
import type { Shutdown } from '../shared/shutdown.ts';
import { inSendSpan } from '../shared/tracing/message-spans.ts';
import { type Analyst, createAnalyst } from './analysis/analyst.ts';
import { buryIncident } from './bury-incident.ts';
import { type ChartDrawer, createChartDrawer } from './charts/chart-drawer.ts';
import { createChartPoster } from './charts/post-charts.ts';
import { keepHouse, keepHousekeepingScheduled } from './keep-house.ts';
import { createReasoner } from './llm/create-reasoner.ts';
import { createPickUps } from './pick-ups.ts';
import { processPost } from './post-report.ts';
import { processDeadLetter } from './process-dead-letter.ts';
import { processInvestigation } from './process-job.ts';
import { createSlackPace } from './slack-pace.ts';
import { createSuspectLane } from './suspect-lane.ts';
import { startWorkerPool, type WorkerPool } from './worker-pool.ts';

/** Posts under way at once in one process; the channel's pace, not this, is what limits Slack. */
const POST_CONCURRENCY = 8;

/** The pools that a process can serve: one per agent that has a pool, and `post`. */
export function availablePools(services: Pick<Services, 'agents'>): string[] {
  return [...poolAgents(services.agents).map((agent) => agent.name), POST_POOL];
}

/**
 * Starts the pools of `config.workerPools` (all when it is empty). Throws FleetError `config_invalid` for an unknown pool.
 */
export async function startWorkers(services: Services, shutdown: Shutdown): Promise<WorkerPool[]> {
  const { config } = services;
  const wanted = config.workerPools.length > 0 ? config.workerPools : availablePools(services);
  assertKnownPools(wanted, availablePools(services));
  const stop = new AbortController();
  const drawer = createChartDrawer();
  const analyst = createAnalyst();
  const starters = startersFor(services, { drawer, analyst }, stop.signal);
  const agents = poolAgents(services.agents).filter((agent) => wanted.includes(agent.name));
  const pools = agents.map((agent) => starters.investigate(agent));
  if (wanted.includes(POST_POOL)) pools.push(...starters.post());
  shutdown.push('workers', async () => {
    stop.abort();
    await Promise.all(pools.map((pool) => pool.close(config.shutdownTimeoutMs * 0.8)));
    await Promise.all([drawer.close(), analyst.close()]);
  });
  services.logger.info('the workers are up', {
    pools: pools.map((pool) => pool.queue),
    backend: services.queues.backend,
  });
  return pools;
}

/** Serves `/healthz`, `/readyz` and `/metrics` of a worker process on WORKER_PORT. */
export async function startWorkerHealth(services: Services, pools: WorkerPool[], shutdown: Shutdown): Promise<string> {
  const { config, database, queues, logger, metrics } = services;
  const checks: HealthCheck[] = [
    { name: 'database', critical: true, run: () => database.query('select 1 as one') },
    { name: 'queue', critical: true, run: () => queues.ping(1_500) },
    ...pools.map((pool) => ({ name: pool.queue, critical: true, run: () => pool.assertConsuming() })),
  ];
  const app = express().disable('x-powered-by');
  app.use(healthRoutes(checks, metrics.registry), notFound, problemHandler(logger));
  const listening = await listen(app, config.workerPort, config.host);
  shutdown.push('worker health', () => listening.close(1_000));
  return listening.url;
}

function startersFor(
  services: Services,
  { drawer, analyst }: { drawer: ChartDrawer; analyst: Analyst },
  stop: AbortSignal,
) {
  const { config, store, queues, gateway, logger, metrics, agents, processName: worker } = services;
  const reasoner = createReasoner(config.llm, store.paces);
  const bury = buryIncident.bind(null, { store, queues, logger, metrics });
  const suspects = createSuspectLane();
  const pickUps = createPickUps();
  const requestPost = async (incident: { id: string; run: number; priority: number }, revision?: number) => {
    const wanted = revision ?? (await store.deliveries.want(incident.id, incident.run));
    const data = { incidentId: incident.id, run: incident.run };
    const id = postJobId(incident.id, incident.run, wanted);
    const add = () => queues.add(POST_QUEUE, [{ id, data, priority: incident.priority }]);
    // A queue that is down delays the card; the reconciler brings the job back.
    await inSendSpan(POST_QUEUE, { id, ...data }, add).catch(() => undefined);
  };
  const investigateDeps = {
    ...{ store, gateway, analyst, reasoner, agents, requestPost, logger, metrics },
    ...{ worker, bury, suspects, pickUps, maskIpAddresses: config.maskIpAddresses },
  };
  const pace = createSlackPace(store.paces, config.slack);
  const postDeps = {
    store,
    gateway,
    agents,
    defaultChannel: config.slack.defaultChannel,
    publicUrl: config.publicUrl,
    charts: createChartPoster({ store, gateway, pace, drawer, logger }),
    pace,
    bury,
    logger,
    metrics,
  };
  return {
    investigate: (agent: PoolAgent) =>
      startWorkerPool(
        queues,
        investigateQueue(agent.name),
        {
          name: worker,
          concurrency: config.workerConcurrency,
          limiter: { max: config.workerRatePerMinute, duration: 60_000 },
        },
        (job, token, stop) => processInvestigation(investigateDeps, job, token, stop),
      ),
    post: () => {
      void keepHousekeepingScheduled(queues, logger, stop);
      return [
        startWorkerPool(queues, POST_QUEUE, { name: worker, concurrency: POST_CONCURRENCY }, (job, token, stop) =>
          processPost(postDeps, job, token, stop),
        ),
        startWorkerPool(queues, DEAD_LETTER_QUEUE, { name: worker, concurrency: 1 }, (job) =>
          processDeadLetter({ store, queues }, job),
        ),
        startWorkerPool(queues, MAINTENANCE_QUEUE, { name: worker, concurrency: 1 }, (_job, _token, stop) =>
          keepHouse(store, stop),
        ),
      ];
    },
  };
}

function assertKnownPools(wanted: readonly string[], available: string[]): void {
  const unknown = wanted.filter((name) => !available.includes(name));
  if (unknown.length === 0) return;
  throw new FleetError(
    'config_invalid',
    `WORKER_POOLS names ${unknown.join(', ')}, but the pools are ${available.join(', ')}`,
  );
}
