import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { DependencyError } from '../../errors.ts';
import type { ServerDefinition, ToolContext, ToolDefinition } from '../server-definition.ts';
import { describeToolFailure, FAILURE_META_KEY, toToolFailure } from '../tool-failure.ts';

/** A fresh SDK server for a definition, not yet connected to a transport; stateless HTTP needs one per request. */
export function buildMcpServer(definition: ServerDefinition): McpServer {
  const { name, version, instructions } = definition;
  const server = new McpServer({ name, version }, { instructions });
  for (const tool of definition.tools) {
    const { title, description, input: inputSchema, output: outputSchema } = tool;
    const config = { title, description, inputSchema, outputSchema, annotations: annotationsOf(tool) };
    server.registerTool(tool.name, config, (input, { signal }) => runTool(definition.name, tool, input, { signal }));
  }
  return server;
}

function annotationsOf({ readOnly, idempotent, destructive }: ToolDefinition) {
  return {
    readOnlyHint: readOnly,
    destructiveHint: !readOnly && (destructive ?? false),
    idempotentHint: readOnly || (idempotent ?? false),
    openWorldHint: true,
  };
}

async function runTool(
  server: string,
  tool: ToolDefinition,
  input: Record<string, unknown>,
  context: ToolContext,
): Promise<CallToolResult> {
  try {
    const { data, text } = await tool.run(input, context);
    return { structuredContent: fitOutput(server, tool, data), content: [{ type: 'text', text }] };
  } catch (thrown) {
    const failure = toToolFailure(thrown);
    const text = describeToolFailure(failure);
    return { isError: true, content: [{ type: 'text', text }], _meta: { [FAILURE_META_KEY]: failure } };
  }
}

/** Strips what the schema does not name, since its JSON Schema allows nothing else and clients check against that. */
function fitOutput(server: string, tool: ToolDefinition, data: Record<string, unknown>): Record<string, unknown> {
  const parsed = tool.output.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new DependencyError(server, 'protocol', `${tool.name} answered with data that does not fit its own schema`, {
    cause: parsed.error,
    sent: !tool.readOnly,
  });
}
