import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { AgentDefinition } from './agents/agent-definition.ts';
import { loadAgents } from './agents/load-agents.ts';
import type { Config } from './config.ts';
import type { Database } from './database/database.ts';
import { assertMigrated, migrate } from './database/migrate.ts';
import { openDatabase } from './database/open-database.ts';
import type { Logger } from './logger.ts';
import { withMaskedAddresses } from './mask-addresses.ts';
import type { ToolGateway } from './mcp/mcp-gateway.types.ts';
import { openGateway } from './mcp/open-gateway.ts';
import { keepStatusPublished } from './mcp/publish-status.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openQueues } from './queues/open-queues.ts';
import type { Queues } from './queues/queues.ts';
import type { Shutdown } from './shutdown.ts';
import { createStore, type Store } from './store/store.ts';
import { openTracing } from './tracing/open-tracing.ts';

/** What every role of the fleet is built on. */
export type Services = {
  /** This process by a name that no other has: in logs, leases and `GET /api/mcp`. */
  processName: string;
  config: Config;
  agents: AgentDefinition[];
  database: Database;
  store: Store;
  queues: Queues;
  gateway: ToolGateway;
  logger: Logger;
  metrics: Metrics;
};

/**
 * Opens what the configuration asks for, and pushes each release to `shutdown`. The embedded database is migrated here,
 * since nobody else can reach it; a server's schema must be migrated already (`npm run migrate`). `role` is what the others are
 * told that this process is.
 */
export async function openServices(
  config: Config,
  logger: Logger,
  shutdown: Shutdown,
  role = 'fleet',
): Promise<Services> {
  const processName = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const agents = loadAgents();
  const metrics = createMetrics();
  await openTracing(config.tracing, { role, processName }, { metrics, logger, shutdown });
  const database = await openDatabase(config, logger);
  shutdown.push('database', () => database.close());
  await (database.kind === 'embedded' ? migrate(database) : assertMigrated(database));
  const queues = openQueues(config, database, logger);
  shutdown.push('queues', () => queues.close());
  const opened = openGateway(config, logger, metrics);
  const gateway = config.maskIpAddresses ? withMaskedAddresses(opened) : opened;
  shutdown.push('MCP gateway', () => gateway.close());
  const store = createStore(database);
  const stop = new AbortController();
  const about = { process: processName, role, startedAt: new Date().toISOString() };
  const publishing = keepStatusPublished({ ...about, gateway, statuses: store.mcpStatuses, logger }, stop.signal);
  shutdown.push('MCP status', () => {
    stop.abort();
    return publishing;
  });
  return { processName, config, agents, database, store, queues, gateway, logger, metrics };
}
