import { DependencyError } from '../errors.ts';
import { countdown } from './countdown.ts';
import type { McpConnection, McpTool, McpToolResult, WaitOptions } from './mcp-connection.ts';
import { fromToolFailure } from './tool-failure.ts';
import { unambiguous } from './unambiguous.ts';

export type ToolRequest = { tool: string; arguments: Record<string, unknown>; meta?: Record<string, unknown> };

/** Sends one call over one connection once the guard has accepted it. Throws DependencyError, also for what the tool calls an error. */
export async function sendTool(
  server: string,
  connection: McpConnection,
  { tool, arguments: args, meta }: ToolRequest,
  wait: WaitOptions,
  guard: (listed: readonly McpTool[]) => void,
): Promise<McpToolResult> {
  const left = countdown(wait);
  guard(await listed(connection, left()));
  const result = await connection.callTool(tool, args, left(), meta);
  if (result.isError) throw fromToolFailure(server, result.meta, result.text);
  return result;
}

/** Before the call was sent nothing can have had an effect. */
async function listed(connection: McpConnection, wait: WaitOptions): Promise<McpTool[]> {
  try {
    return await connection.listTools(wait);
  } catch (error) {
    throw error instanceof DependencyError ? unambiguous(error) : error;
  }
}
