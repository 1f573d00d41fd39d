import type { McpToolResult } from '../mcp-connection.ts';
import { fillTemplate } from './fill-template.ts';

/** What an answer is turned into: the capability's output, still to be checked against its schema. Throws on an answer it cannot read. */
export type ResultReader = (result: McpToolResult, input: Record<string, unknown>) => unknown;

/** How a capability is asked of a tool that is not ours. */
export type ToolMapping = {
  tool: string;
  /** The tool's arguments as a template (see fill-template.ts) or made from the input; left out where they are the capability's own. */
  arguments?: Record<string, unknown> | ((input: Record<string, unknown>) => Record<string, unknown>);
  /** How its answer is read; left out where it answers in the capability's own form. */
  read?: ResultReader;
  /** Our own statement that the tool only reads, for servers that say nothing about their tools. */
  readOnly?: boolean;
};

/** The arguments that the tool is called with. */
export function toolArguments(
  { arguments: template }: ToolMapping,
  input: Record<string, unknown>,
): Record<string, unknown> {
  if (template === undefined) return input;
  return typeof template === 'function' ? template(input) : fillTemplate(template, input);
}
