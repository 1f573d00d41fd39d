import { type CallToolResult, type ListToolsResult, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { DependencyError } from '../../errors.ts';
import type { McpTool, McpToolResult } from '../mcp-connection.ts';

/** More pages than any real server has: a cursor that never ends is a fault of the server. */
const MAX_PAGES = 100;

/** Follows nextCursor to the end. Throws DependencyError `protocol` when the server's pages do not end. */
export async function listAllTools(
  server: string,
  askPage: (
    request: { method: 'tools/list'; params: { cursor?: string } },
    schema: typeof ListToolsResultSchema,
  ) => Promise<ListToolsResult>,
): Promise<McpTool[]> {
  const tools: McpTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await askPage({ method: 'tools/list', params: { cursor } }, ListToolsResultSchema);
    tools.push(...result.tools.map(toTool));
    cursor = result.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new DependencyError(
    server,
    'protocol',
    `MCP server ${server}: its tool list does not end after ${MAX_PAGES} pages`,
  );
}

function toTool({ name, description, inputSchema, annotations }: ListToolsResult['tools'][number]): McpTool {
  return { name, description: description ?? '', inputSchema, readOnlyHint: annotations?.readOnlyHint ?? null };
}

export function toToolResult({ isError, structuredContent, content, _meta }: CallToolResult): McpToolResult {
  const texts = content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`));
  return { isError: isError ?? false, structured: structuredContent, text: texts.join('\n'), meta: _meta };
}
