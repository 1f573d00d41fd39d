import { withDeadline } from '../deadline.ts';
import { DependencyError, describeError, type FailureClass, toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type CallLimits, DEFAULT_LIMITS } from './call-policies.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import { deadlineMsOf, isReadOnly } from './capability-policy.ts';
import { checkArguments, checkData } from './check-call.ts';
import type { ConfiguredServer } from './configured-server.ts';
import { GatewayServer } from './gateway-server.ts';
import type { CallOptions, CapabilityResult, McpGateway } from './mcp-gateway.types.ts';
import { SdkConnection, type SdkConnectionOptions } from './sdk/sdk-connection.ts';
import { unambiguous } from './unambiguous.ts';

/** One call as metrics, audit and logs see it; arguments and results are left out on purpose. */
export type CallRecord = {
  capability: Capability;
  /** The server that was asked; where none is configured, the one of ours that would answer. */
  server: string;
  tool: string;
  outcome: 'ok' | FailureClass;
  durationMs: number;
  incidentId: string | null;
};

export type McpGatewayDeps = {
  /** The first server that maps a capability answers it. */
  servers: ConfiguredServer[];
  logger?: Logger;
  /** Called once per call, whatever became of it. */
  observe?: (record: CallRecord) => void;
  limits?: Partial<CallLimits>;
  /** How long one attempt may take, ms, where it differs from the built-in table. */
  deadlineMs?: Partial<Record<Capability, number>>;
  connection?: SdkConnectionOptions;
  now?: () => number;
  random?: () => number;
};

type Route = { server: GatewayServer; tool: string };

const HEALTH_DEADLINE_MS = 5000;
/** Above what the children of a stdio server get to leave (1 s by themselves, 1 s after SIGTERM). */
const CLOSE_DEADLINE_MS = 5000;

/** The gateway over these servers; connections are made when first needed. See McpGateway for the promises it keeps. */
export function createMcpGateway(deps: McpGatewayDeps): McpGateway {
  const servers = deps.servers.map((configured) => createServer(configured, deps));
  return {
    has: (capability) => findRoute(servers, capability) !== null,
    call: (capability, input, options) => observed(deps, servers, capability, input, options),
    health: (signal) => Promise.all(servers.map((server) => server.health({ signal, deadlineMs: HEALTH_DEADLINE_MS }))),
    close: () => closeAll(servers),
  };
}

function createServer(configured: ConfiguredServer, deps: McpGatewayDeps): GatewayServer {
  const { now, random = Math.random } = deps;
  const connection = new SdkConnection(configured.name, configured.target, { now, random, ...deps.connection });
  return new GatewayServer(configured, { connection, limits: { ...DEFAULT_LIMITS, ...deps.limits }, random });
}

async function observed<C extends Capability>(
  deps: McpGatewayDeps,
  servers: GatewayServer[],
  capability: C,
  input: unknown,
  options: CallOptions,
): Promise<CapabilityResult<C>> {
  const route = findRoute(servers, capability);
  const { server, tool } = route ? { server: route.server.name, tool: route.tool } : CAPABILITIES[capability];
  const started = performance.now();
  const record = (outcome: CallRecord['outcome']) => {
    const durationMs = Math.round(performance.now() - started);
    tellObserver(deps, { capability, server, tool, outcome, durationMs, incidentId: options.incidentId ?? null });
    return durationMs;
  };
  try {
    const answer = await callCapability(deps, route, capability, input, options);
    return { capability, server, tool, ...answer, durationMs: record('ok') } as CapabilityResult<C>;
  } catch (thrown) {
    const error = isReadOnly(capability) ? unambiguous(coerce(server, thrown)) : coerce(server, thrown);
    record(error.failure);
    const fields = { capability, server, tool, failure: error.failure, incident: options.incidentId };
    deps.logger?.warn('a tool call failed', { ...fields, error: error.message });
    throw error;
  }
}

/** A fault in metrics or audit must not turn a message that was posted into a failed call. */
function tellObserver({ observe, logger }: McpGatewayDeps, record: CallRecord): void {
  try {
    observe?.(record);
  } catch (error) {
    logger?.error('the observer of tool calls failed', { error: describeError(error) });
  }
}

/** One capability call, read like its rules: routed, checked, sent, checked again. */
async function callCapability(
  deps: McpGatewayDeps,
  route: Route | null,
  capability: Capability,
  input: unknown,
  { signal }: CallOptions,
) {
  if (!route) throw notConfigured(capability);
  const { server, tool } = route;
  const args = checkArguments(server.name, capability, input);
  const deadlineMs = deps.deadlineMs?.[capability] ?? deadlineMsOf(capability);
  const result = await server.call({ capability, tool, arguments: args }, { signal, deadlineMs });
  return { arguments: args, data: checkData(server.name, capability, result), text: result.text };
}

function findRoute(servers: GatewayServer[], capability: Capability): Route | null {
  for (const server of servers) {
    const tool = server.toolFor(capability);
    if (tool !== null) return { server, tool };
  }
  return null;
}

function notConfigured(capability: Capability): DependencyError {
  const { server, tool } = CAPABILITIES[capability];
  const message = `no configured MCP server answers ${capability}: configure the ${server} server, or a server with a tool like ${tool} in MCP_CONFIG`;
  return new DependencyError(server, 'not_configured', message);
}

function coerce(server: string, thrown: unknown): DependencyError {
  if (thrown instanceof DependencyError) return thrown;
  const cause = toError(thrown);
  return new DependencyError(server, 'tool_error', cause.message, { cause, sent: true });
}

async function closeAll(servers: GatewayServer[]): Promise<void> {
  const close = () => Promise.allSettled(servers.map((server) => server.close()));
  await withDeadline('closing the MCP connections', CLOSE_DEADLINE_MS, close).catch(() => {});
}
