import { DependencyError, toError } from '../errors.ts';
import type { GatewayServer } from './gateway-server.ts';
import { createToolAliases } from './guard/tool-aliases.ts';
import type { WaitOptions } from './mcp-connection.ts';
import type { CallRecord } from './mcp-gateway.ts';
import type { CallOptions, OfferedTool, ToolCallResult, ToolName } from './mcp-gateway.types.ts';
import { limitText } from './policies/limit-result.ts';
import { policyOfTool } from './policies/server-policy.ts';
import { inToolSpan, metaOf } from './tool-span.ts';
import type { CallTrace } from './trace-context.ts';

/** The tools that were offered, by alias: what was never offered can't be called. */
export type OfferedList = Map<string, OfferedTool>;

const TOOL_DEADLINE_MS = 20_000;
const MAX_TOOL_CHARS = 100_000;

/** The tools of all servers that the LLM may be offered, in a fixed order; a server that cannot be listed offers none. */
export async function listOffered(
  servers: readonly GatewayServer[],
  offered: OfferedList,
  wait: WaitOptions,
  unlisted: (server: string, error: unknown) => void = () => {},
): Promise<OfferedTool[]> {
  const lists = await Promise.all(
    servers.map(async (server) => {
      const tools = await server.offeredTools(wait).catch((error: unknown) => {
        unlisted(server.name, error);
        return [];
      });
      return tools.map((tool) => ({ server: server.name, tool: tool.name, ...tool }));
    }),
  );
  const tools = lists.flat();
  // Two characters that no name of a server has, each an underscore in the alias: "a" and "b__c" are not "a__b" and "c".
  const fullName = ({ server, tool }: { server: string; tool: string }) => `${server}\0\0${tool}`;
  const aliases = createToolAliases(tools.map(fullName));
  const list = tools
    .map((one) => {
      const { server, tool, description, inputSchema } = one;
      return { alias: aliases.aliasOf(fullName(one)), server, tool, description, inputSchema };
    })
    .sort((a, b) => (a.alias < b.alias ? -1 : 1));
  offered.clear();
  for (const tool of list) offered.set(tool.alias, tool);
  return list;
}

/** The tool that is meant. Throws DependencyError `refused` for an alias that the last listing has not given. */
export function nameOfOffered(offered: OfferedList, tool: string | ToolName): ToolName {
  const found = typeof tool === 'string' ? offered.get(tool) : tool;
  if (found) return found;
  throw notOnOffer(String(tool));
}

/** Calls a tool by its name; whether it may be called is decided again by what its server says now. */
export async function callOffered(
  servers: readonly GatewayServer[],
  named: ToolName,
  args: Record<string, unknown>,
  options: CallOptions,
  observe: (record: CallRecord) => void,
): Promise<ToolCallResult> {
  const { tool } = named;
  const server = servers.find(({ name }) => name === named.server);
  if (!server) throw notOnOffer(`${tool} of MCP server ${named.server}`);
  return await inToolSpan({ server: server.name, tool, capability: null }, options, (trace) =>
    callListed(server, tool, args, options, trace, observe),
  );
}

async function callListed(
  server: GatewayServer,
  tool: string,
  args: Record<string, unknown>,
  { signal, incidentId }: CallOptions,
  trace: CallTrace,
  observe: (record: CallRecord) => void,
): Promise<ToolCallResult> {
  const started = performance.now();
  const about = { capability: null, server: server.name, tool, incidentId: incidentId ?? null, traceId: trace.traceId };
  const record = (outcome: CallRecord['outcome'], origin: CallRecord['origin'], endpoint: string | null) => {
    const durationMs = Math.round(performance.now() - started);
    observe({ ...about, outcome, origin, endpoint, durationMs, arguments: args });
    return durationMs;
  };
  try {
    const call = { capability: null, tool, arguments: args, meta: metaOf(trace) };
    const { result, origin, endpoint } = await server.call(call, { signal, deadlineMs: TOOL_DEADLINE_MS });
    const { maxResultChars: max = MAX_TOOL_CHARS } = policyOfTool(server.configured.policy ?? {}, tool);
    const { structured = null, text } = result;
    const durationMs = record('ok', origin, endpoint);
    return { server: server.name, tool, arguments: args, structured, text: limitText(text, max), durationMs };
  } catch (thrown) {
    const error =
      thrown instanceof DependencyError
        ? thrown
        : new DependencyError(server.name, 'tool_error', toError(thrown).message, { cause: thrown });
    record(error.failure, 'asked', null);
    throw error;
  }
}

function notOnOffer(tool: string): DependencyError {
  return new DependencyError('mcp', 'refused', `there is no tool ${tool.slice(0, 200)} on offer`);
}
