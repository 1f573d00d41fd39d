import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { mergeServers, ownServer } from './configured-server.ts';
import { type CallRecord, createMcpGateway } from './mcp-gateway.ts';
import type { McpGateway } from './mcp-gateway.types.ts';
import { readMcpConfig } from './read-mcp-config.ts';
import { configuredOwnServers } from './servers/index.ts';

/**
 * The gateway that the configuration asks for: our own servers as far as they are configured, and those of the MCP_CONFIG
 * file, which replace ours of the same name. Throws FleetError `config_invalid` for a faulty file.
 */
export function openGateway(config: Config, logger: Logger, metrics: Metrics): McpGateway {
  const fromFile = config.mcpConfigPath ? readMcpConfig(config.mcpConfigPath, config.mcpEnvironment) : [];
  const servers = mergeServers(configuredOwnServers(config).map(ownServer), fromFile);
  return createMcpGateway({ servers, logger, observe: (record) => observeCall(record, logger, metrics) });
}

function observeCall(
  { server, tool, outcome, durationMs, capability, incidentId }: CallRecord,
  logger: Logger,
  metrics: Metrics,
): void {
  metrics.mcpCalls.observe({ server, tool, outcome }, durationMs / 1000);
  logger.debug('tool call', { server, tool, capability, outcome, durationMs, incident: incidentId });
}
