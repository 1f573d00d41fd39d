import type { Config } from '../config.ts';
import { describeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { watchContent } from './config/watch-config.ts';
import { type ConfiguredServer, mergeServers, ownServer } from './configured-server.ts';
import { describeArguments } from './describe-arguments.ts';
import { type CallRecord, createMcpGateway } from './mcp-gateway.ts';
import type { ToolGateway } from './mcp-gateway.types.ts';
import { readMcpConfig } from './read-mcp-config.ts';
import { listReadyAddresses } from './replicas/list-kubernetes.ts';
import type { EndpointRecord } from './server-set.ts';
import { configuredOwnServers } from './servers/index.ts';

/** How often the MCP_CONFIG file is looked at, ms; default 2,000. */
export type OpenGatewayOptions = { reloadMs?: number };

/**
 * The gateway that the configuration asks for: our own servers as far as they are configured, and those of the MCP_CONFIG
 * file, which replace ours of the same name. Throws FleetError `config_invalid` for a faulty file; when the file changes later it
 * is taken over without dropping a call, and one that has become faulty is reported and left aside.
 */
export function openGateway(
  config: Config,
  logger: Logger,
  metrics: Metrics,
  { reloadMs }: OpenGatewayOptions = {},
): ToolGateway {
  const own = configuredOwnServers(config).map(ownServer);
  const path = config.mcpConfigPath;
  const read = (): ConfiguredServer[] => (path ? mergeServers(own, readMcpConfig(path, config.mcpEnvironment)) : own);
  const gateway = createMcpGateway({
    servers: read(),
    logger,
    observe: (record) => observeCall(record, logger, metrics),
    observeEndpoint: (record) => observeEndpoint(record, metrics),
    lookup: { listKubernetes: (service, signal) => listReadyAddresses(config.kubernetes, service, signal) },
  });
  if (!path) return gateway;
  const watched = watchContent(path, () => reload(gateway, read, path, logger), reloadMs);
  return {
    ...gateway,
    close: () => {
      watched.close();
      return gateway.close();
    },
  };
}

function reload(gateway: ToolGateway, read: () => ConfiguredServer[], path: string, logger: Logger): void {
  try {
    const servers = read();
    gateway.replaceServers(servers);
    logger.info('the MCP servers were read again', { file: path, servers: servers.map(({ name }) => name) });
  } catch (error) {
    logger.error('the changed MCP_CONFIG is faulty: the servers stay as they are', {
      file: path,
      error: describeError(error),
    });
  }
}

/** The audit trail: one line per call with who asked, what was asked, what became of it and how long it took. */
function observeCall(record: CallRecord, logger: Logger, metrics: Metrics): void {
  const { server, tool, endpoint, outcome, origin, durationMs, capability, incidentId, traceId } = record;
  metrics.mcpCalls.observe({ server, tool, outcome }, durationMs / 1000);
  if (origin !== 'asked') metrics.mcpSharedAnswers.inc({ server, tool, origin });
  const line = {
    server,
    endpoint,
    tool,
    capability,
    outcome,
    origin,
    durationMs,
    incident: incidentId,
    trace: traceId,
  };
  logger.info('tool call', { ...line, arguments: describeArguments(record.arguments) });
}

const BREAKER_NUMBERS = { closed: 0, half_open: 0.5, open: 1 } as const;

function observeEndpoint(record: EndpointRecord, metrics: Metrics): void {
  const { server, endpoint, outcome, durationMs, inFlight, breaker, ejected } = record;
  if (outcome !== null) metrics.mcpEndpointCalls.observe({ server, endpoint, outcome }, durationMs / 1000);
  metrics.mcpInFlight.set({ server, endpoint }, inFlight);
  metrics.mcpBreaker.set({ server, endpoint }, BREAKER_NUMBERS[breaker]);
  metrics.mcpEjected.set({ server, endpoint }, ejected ? 1 : 0);
}
