import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { runTool } from './run-tool.ts';

/** The lists under `key` of every page of a tool's answer, read by its cursors to the end. */
export async function allPages<T>(
  server: ServerDefinition,
  tool: string,
  input: Record<string, unknown>,
  key: string,
): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: unknown;
  do {
    const { data, text } = await runTool(server, tool, { ...input, ...(typeof cursor === 'string' && { cursor }) });
    pages.push(data[key] as T[]);
    cursor = data.nextCursor;
    if (typeof cursor === 'string' && !text.includes(cursor)) throw new Error(`the text of ${tool} hides its cursor`);
    if (pages.length > 1_000) throw new Error(`the pages of ${tool} do not end`);
  } while (typeof cursor === 'string');
  return pages;
}

/** The cursor of the second page. */
export async function secondPage(server: ServerDefinition, tool: string, input: Record<string, unknown>) {
  const { data } = await runTool(server, tool, input);
  return data.nextCursor as string;
}
