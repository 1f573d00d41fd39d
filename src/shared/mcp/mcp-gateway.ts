import { withDeadline } from '../deadline.ts';
import { DependencyError, describeError, type FailureClass, toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { FleetSpan } from '../tracing/tracing.ts';
import type { CallLimits } from './call-policies.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import { deadlineMsOf, isReadOnly } from './capability-policy.ts';
import { checkArguments, checkCursor, checkData } from './check-call.ts';
import type { ConfiguredServer } from './configured-server.ts';
import type { GatewayServer } from './gateway-server.ts';
import { toolArguments } from './maps/tool-mapping.ts';
import type { CallOptions, CapabilityResult, ToolGateway } from './mcp-gateway.types.ts';
import { callOffered, listOffered, nameOfOffered, type OfferedList } from './offered-tools.ts';
import { limitData, limitText } from './policies/limit-result.ts';
import { policyOfTool } from './policies/server-policy.ts';
import type { AnswerOrigin } from './policies/shared-calls.ts';
import type { EndpointLookupDeps } from './replicas/look-up-endpoints.ts';
import { findRoutes, findsNothing, type Route, worthAnother } from './routes.ts';
import type { SdkConnectionOptions } from './sdk/sdk-connection.ts';
import { type EndpointRecord, ServerSet } from './server-set.ts';
import { inToolSpan, metaOf } from './tool-span.ts';
import type { CallTrace } from './trace-context.ts';
import { unambiguous } from './unambiguous.ts';

/** One call as metrics, audit and logs see it; the result is left out on purpose. */
export type CallRecord = {
  /** Null for a tool that the LLM called by its own name. */
  capability: Capability | null;
  /** The server that was asked; where none is configured, the one of ours that would answer. */
  server: string;
  tool: string;
  /** The address that answered; null where none did. */
  endpoint: string | null;
  outcome: 'ok' | FailureClass;
  origin: AnswerOrigin;
  durationMs: number;
  incidentId: string | null;
  traceId: string;
  /** As they were given; to be masked before they are written anywhere. */
  arguments: Record<string, unknown>;
};

export type McpGatewayDeps = {
  /** Of several that map a capability the first that is well and cheapest answers it. */
  servers: ConfiguredServer[];
  logger?: Logger;
  /** Called once per call, whatever became of it. */
  observe?: (record: CallRecord) => void;
  /** Called when an attempt at an endpoint begins and when it ends. */
  observeEndpoint?: (record: EndpointRecord) => void;
  /** Called when an endpoint is no longer there. */
  endpointGone?: (server: string, endpoint: string) => void;
  limits?: Partial<CallLimits>;
  /** How long one attempt may take, ms, where it differs from the built-in table. */
  deadlineMs?: Partial<Record<Capability, number>>;
  connection?: SdkConnectionOptions;
  lookup?: EndpointLookupDeps;
  now?: () => number;
  random?: () => number;
};

const HEALTH_DEADLINE_MS = 5000;
/** Above what the children of a stdio server get to leave (1 s by themselves, 1 s after SIGTERM). */
const CLOSE_DEADLINE_MS = 5000;
/** Default of the longest text, characters; our own servers stay far below. */
const MAX_RESULT_CHARS = 1_000_000;

/** The gateway over these servers; connections are made when first needed. See McpGateway for the promises it keeps. */
export function createMcpGateway(deps: McpGatewayDeps): ToolGateway {
  const set = new ServerSet(deps);
  const offered: OfferedList = new Map();
  return {
    has: (capability) => findRoutes(set.servers, capability).length > 0,
    call: (capability, input, options) => callCapability(deps, set, capability, input, options),
    tools: (signal, unlisted) =>
      listOffered(set.servers, offered, { signal, deadlineMs: HEALTH_DEADLINE_MS }, unlisted),
    callTool: async (tool, args, options) =>
      callOffered(set.servers, nameOfOffered(offered, tool), args, options, (record) => tellObserver(deps, record)),
    health: (signal) =>
      Promise.all(set.servers.map((server) => server.health({ signal, deadlineMs: HEALTH_DEADLINE_MS }))),
    status: () => set.servers.map((server) => server.status()),
    replaceServers: (servers) => set.replace(servers),
    close: async () => {
      await withDeadline('closing the MCP connections', CLOSE_DEADLINE_MS, () => set.close()).catch(() => {});
    },
  };
}

type Asked = { route: Route | null; endpoint: string | null; origin: AnswerOrigin };

async function callCapability<C extends Capability>(
  deps: McpGatewayDeps,
  set: ServerSet,
  capability: C,
  input: unknown,
  options: CallOptions,
): Promise<CapabilityResult<C>> {
  const [first] = findRoutes(set.servers, capability);
  const { server, tool } = nameOf(first ?? null, capability);
  return await inToolSpan({ server, tool, capability }, options, (trace, span) =>
    callRoutes(deps, set, capability, first ?? null, input, options, trace, span),
  );
}

async function callRoutes<C extends Capability>(
  deps: McpGatewayDeps,
  set: ServerSet,
  capability: C,
  first: Route | null,
  input: unknown,
  options: CallOptions,
  trace: CallTrace,
  span: FleetSpan,
): Promise<CapabilityResult<C>> {
  const asked: Asked = { route: first, endpoint: null, origin: 'asked' };
  const started = performance.now();
  const record = (outcome: CallRecord['outcome']) => {
    const durationMs = Math.round(performance.now() - started);
    const { incidentId = null } = options;
    const { endpoint, origin } = asked;
    const about = { capability, ...nameOf(asked.route, capability), endpoint, origin, traceId: trace.traceId };
    span.set({ 'rca_fleet.mcp.server': about.server, 'gen_ai.tool.name': about.tool, 'rca_fleet.mcp.origin': origin });
    tellObserver(deps, {
      ...about,
      outcome,
      durationMs,
      incidentId,
      arguments: (input ?? {}) as Record<string, unknown>,
    });
    return durationMs;
  };
  try {
    if (!first) throw notConfigured(capability);
    const answer = await askRoutes(deps, set, first, capability, input, options.signal, trace, asked);
    return {
      capability,
      ...nameOf(asked.route, capability),
      ...answer,
      durationMs: record('ok'),
    } as CapabilityResult<C>;
  } catch (thrown) {
    const { server, tool } = nameOf(asked.route, capability);
    const error = isReadOnly(capability) ? unambiguous(coerce(server, thrown)) : coerce(server, thrown);
    record(error.failure);
    const fields = { capability, server, tool, failure: error.failure, incident: options.incidentId };
    deps.logger?.warn('a tool call failed', { ...fields, error: error.message });
    throw error;
  }
}

/** Asks the servers in their order until one answers; one that may have had an effect is the last. */
async function askRoutes(
  deps: McpGatewayDeps,
  set: ServerSet,
  first: Route,
  capability: Capability,
  input: unknown,
  signal: AbortSignal,
  trace: CallTrace,
  asked: Asked,
) {
  let empty: { answer: Awaited<ReturnType<typeof askRoute>>; asked: Asked } | null = null;
  const tried = new Set<GatewayServer>();
  // Looked for each time: the servers may have been exchanged while one was asked.
  const untried = () => findRoutes(set.servers, capability).find(({ server }) => !tried.has(server)) ?? null;
  for (let route: Route | null = first; route; ) {
    const { server } = route;
    asked.route = route;
    tried.add(server);
    try {
      const answer = await askRoute(deps, route, capability, input, signal, trace, asked);
      if (!findsNothing(capability, answer.data)) return answer;
      // Metrics are often kept in two places: who has none of this is no reason not to ask the other.
      empty ??= { answer, asked: { ...asked } };
      route = untried();
    } catch (error) {
      route = signal.aborted || !worthAnother(error, isReadOnly(capability)) ? null : untried();
      if (!route && !empty) throw error;
      if (route)
        deps.logger?.warn('another server is asked', { capability, server: server.name, error: describeError(error) });
    }
  }
  if (!empty) throw notConfigured(capability);
  Object.assign(asked, empty.asked);
  return empty.answer;
}

/** One capability call at one server, read like its rules: checked, sent, read, checked again, limited. */
async function askRoute(
  deps: McpGatewayDeps,
  { server, mapping }: Route,
  capability: Capability,
  input: unknown,
  signal: AbortSignal,
  trace: CallTrace,
  asked: Asked,
) {
  const args = checkArguments(server.name, capability, input);
  const deadlineMs = deps.deadlineMs?.[capability] ?? deadlineMsOf(capability);
  const { tool, readOnly } = mapping;
  const sent = toolArguments(mapping, args);
  checkCursor(server.name, capability, args, sent);
  const call = {
    capability,
    tool,
    readOnly,
    arguments: sent,
    meta: metaOf(trace),
  };
  const { result, origin, endpoint } = await server.call(call, { signal, deadlineMs });
  Object.assign(asked, { origin, endpoint });
  const data = checkData(server.name, capability, result, mapping.read, args);
  const { maxResultChars: max = MAX_RESULT_CHARS } = policyOfTool(server.configured.policy ?? {}, tool);
  return { arguments: args, data: limitData(data, max), text: limitText(result.text, max) };
}

function nameOf(route: Route | null, capability: Capability): { server: string; tool: string } {
  const { server, tool } = CAPABILITIES[capability];
  return route ? { server: route.server.name, tool: route.mapping.tool } : { server, tool };
}

/** A fault in metrics or audit must not turn a message that was posted into a failed call. */
function tellObserver({ observe, logger }: McpGatewayDeps, record: CallRecord): void {
  try {
    observe?.(record);
  } catch (error) {
    logger?.error('the observer of tool calls failed', { error: describeError(error) });
  }
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
