import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { keepServersCurrent } from './config/keep-servers-current.ts';
import { createServerSource } from './config/server-source.ts';
import { describeArguments } from './describe-arguments.ts';
import { type CallRecord, createMcpGateway } from './mcp-gateway.ts';
import type { ToolGateway } from './mcp-gateway.types.ts';
import { listReadyAddresses } from './replicas/list-kubernetes.ts';
import type { EndpointRecord } from './server-set.ts';

/** How often the MCP_CONFIG file and files of secrets are looked at, ms; default 2,000. */
export type OpenGatewayOptions = { reloadMs?: number };

/**
 * The gateway that the configuration asks for: our own servers as far as they are configured, and those of the MCP_CONFIG
 * file, which replace ours of the same name. Throws FleetError `config_invalid` for a faulty file; when the file, or one that secrets
 * are read from, changes later it is taken over without dropping a call, and one that has become faulty is reported and left aside.
 */
export function openGateway(
  config: Config,
  logger: Logger,
  metrics: Metrics,
  { reloadMs }: OpenGatewayOptions = {},
): ToolGateway {
  const source = createServerSource(config);
  const first = source.read();
  const gateway = createMcpGateway({
    servers: first.servers,
    logger,
    observe: (record) => observeCall(record, logger, metrics),
    observeEndpoint: (record) => observeEndpoint(record, metrics),
    endpointGone: (server, endpoint) => {
      for (const gauge of [metrics.mcpInFlight, metrics.mcpBreaker, metrics.mcpEjected])
        gauge.remove({ server, endpoint });
    },
    lookup: { listKubernetes: (service, signal) => listReadyAddresses(config.kubernetes, service, signal) },
  });
  const keeping = keepServersCurrent({ gateway, source, files: first.files, logger, everyMs: reloadMs });
  return {
    ...gateway,
    close: () => {
      keeping.close();
      return gateway.close();
    },
  };
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
