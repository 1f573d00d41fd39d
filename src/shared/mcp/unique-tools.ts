import type { McpTool } from './mcp-connection.ts';

/** A list in which each name stands once: a tool that is listed twice only reads if it says so each time. */
export function uniqueTools(listed: readonly McpTool[]): McpTool[] {
  const byName = new Map<string, McpTool>();
  for (const tool of listed) {
    const known = byName.get(tool.name);
    const reads = known?.readOnlyHint === true && tool.readOnlyHint === true;
    byName.set(tool.name, known ? { ...known, readOnlyHint: reads } : tool);
  }
  return [...byName.values()];
}
