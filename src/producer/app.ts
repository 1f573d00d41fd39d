import express, { type Express } from 'express';
import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { poolAgents } from '../shared/agents/load-agents.ts';
import type { Config } from '../shared/config.ts';
import type { Database } from '../shared/database/database.ts';
import { createGroupCommit } from '../shared/group-commit.ts';
import { healthRoutes } from '../shared/http/health-routes.ts';
import { notFound, problemHandler } from '../shared/http/problem.ts';
import type { Logger } from '../shared/logger.ts';
import type { ToolGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Metrics } from '../shared/metrics.ts';
import { queueMetricsRefresher } from '../shared/queue-metrics.ts';
import { DEAD_LETTER_QUEUE, investigateQueue, MAINTENANCE_QUEUE, POST_QUEUE } from '../shared/queues/queue-names.ts';
import type { Queues } from '../shared/queues/queues.ts';
import type { ClassifiedAlert, IntakeDecision } from '../shared/store/intake-store.ts';
import type { SettledIncident } from '../shared/store/settle-resolved.ts';
import type { Store } from '../shared/store/store.ts';
import { adminAccess } from './admin-session.ts';
import { createApi } from './api.ts';
import { describeApi } from './api-description/describe-api.ts';
import { createBoard } from './board.ts';
import { createClassifier } from './classify-alert.ts';
import type { Enqueue } from './enqueue-investigation.ts';
import { createIncidentPages } from './incident-pages.ts';
import { createIntakePlanner } from './intake-policies/plan-intake.ts';
import type { IntakePolicies } from './intake-policies/policy-schema.ts';
import { createMcpApi } from './mcp-api.ts';
import { createMcpPage } from './mcp-page.ts';
import { rawBody } from './read-body.ts';
import { receiveAlert } from './receive-alert.ts';
import type { OwnSlack } from './sources/source.ts';
import { createVerifySender } from './verify-sender.ts';

export type ProducerDeps = {
  config: Config;
  agents: AgentDefinition[];
  database: Database;
  store: Store;
  queues: Queues;
  enqueue: Enqueue;
  ownSlack: () => OwnSlack | null;
  gateway: ToolGateway;
  policies: IntakePolicies;
  logger: Logger;
  metrics: Metrics;
};

/** Two commits of up to 200 alerts under way at once keep a PostgreSQL busy; 5,000 waiting alerts are some seconds of it. */
const GROUP_COMMIT = { maxBatch: 200, maxInFlight: 3, maxWaiting: 5_000 };

/** Builds the producer's HTTP application; it does not listen. The routes below are the whole public surface. */
export function createProducerApp(deps: ProducerDeps): Express {
  const { config, agents, database, store, queues, policies, logger, metrics } = deps;
  const admin = adminAccess(config.adminToken, config.openOnLoopback);
  const queueNames = allQueueNames(agents);
  const receive = receiveAlert({
    ...deps,
    verifySender: createVerifySender(config),
    classify: createClassifier(agents),
    plan: createIntakePlanner(policies),
    commit: createGroupCommit<ClassifiedAlert, IntakeDecision>(
      (alerts) => store.intake.storeAlerts(alerts, countEnded(metrics)),
      GROUP_COMMIT,
    ),
  });
  const checks = [
    { name: 'database', critical: true, run: () => database.query('select 1 as one') },
    // A queue that is down delays investigations; the intake goes on, so the producer stays in service.
    { name: 'queue', critical: false, run: () => queues.ping(1_500) },
  ];

  const app = express();
  app.disable('x-powered-by');
  app.use(healthRoutes(checks, metrics.registry, queueMetricsRefresher(queues, queueNames, store.incidents, metrics)));
  app.post('/alerts/:source', rawBody, receive);
  app.use(admin.login);
  app.get('/api/openapi.json', (_request, response) => void response.json(describeApi()));
  app.use('/api', admin.requireToken, createMcpApi(deps.gateway, store.mcpStatuses));
  app.use('/api', admin.requireToken, createApi(store, queues, policies.deadLetters));
  app.use('/mcp-servers', admin.requireLogin, createMcpPage(store.mcpStatuses));
  app.use('/incidents', admin.requireLogin, createIncidentPages(store));
  app.use('/queues', admin.requireLogin, createBoard(queues, queueNames));
  app.use(notFound);
  app.use(problemHandler(logger));
  return app;
}

const countEnded = (metrics: Metrics) => (incidents: SettledIncident[]) => {
  for (const { state } of incidents) metrics.incidents.inc({ outcome: state });
};

function allQueueNames(agents: AgentDefinition[]): string[] {
  return [
    ...poolAgents(agents).map((agent) => investigateQueue(agent.name)),
    POST_QUEUE,
    DEAD_LETTER_QUEUE,
    MAINTENANCE_QUEUE,
  ];
}
