import { sortedJson } from '../sorted-json.ts';
import type { Capability } from './capabilities.ts';
import { isReadOnly } from './capability-policy.ts';
import type { McpToolResult } from './mcp-connection.ts';

/** A call of one tool: for a capability, or (null) for the LLM. */
export type ToolCall = {
  capability: Capability | null;
  tool: string;
  arguments: Record<string, unknown>;
  /** Our own statement in the mapping that the tool only reads. */
  readOnly?: boolean;
  meta?: Record<string, unknown>;
};
/** What came back, and from where. */
export type Answered = { result: McpToolResult; endpoint: string };
/** A tool that the LLM was offered only reads: the guard has seen to that. */
export function isRepeatable({ capability }: ToolCall): boolean {
  return capability === null || isReadOnly(capability);
}

/** The same for calls that have the same answer, and with who asks: what the guard lets a capability have is not the LLM's for the asking. */
export function questionOf({ capability, tool, arguments: args }: ToolCall): string {
  return `${capability} ${tool} ${sortedJson(args)}`;
}

/** How much room an answer takes, characters. */
export function sizeOfAnswer({ result }: Answered): number {
  return result.text.length * (result.structured === undefined ? 1 : 2) + 200;
}
