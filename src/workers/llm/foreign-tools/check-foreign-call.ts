import { DependencyError } from '../../../shared/errors.ts';
import { checkToolArguments } from '../../../shared/mcp/guard/check-arguments.ts';
import { TOOL_RESULT, type ToolStep } from '../../evidence-plan/question.ts';
import type { ToolScope } from '../tool-scope.ts';
import { argumentScopeFault } from './argument-scope.ts';
import type { ForeignTool } from './foreign-tool.ts';

/** The question that a call puts to its tool, or why it may not be put. */
export type CheckedForeignCall = { step: ToolStep } | { fault: string };

/** Schema and scope; nothing is called before both hold. */
export function checkForeignCall(
  { offered }: ForeignTool,
  args: Record<string, unknown>,
  scope: ToolScope,
): CheckedForeignCall {
  const { server, tool, inputSchema } = offered;
  const fault = schemaFault(offered, args) ?? argumentScopeFault(args, inputSchema, scope);
  if (fault) return { fault };
  const about = JSON.stringify(args).slice(0, 200);
  const label = `${tool} of MCP server ${server} with ${about} (asked by the LLM)`;
  return { step: { capability: TOOL_RESULT, server, tool, arguments: args, label, required: false } };
}

function schemaFault(
  { server, tool, inputSchema }: ForeignTool['offered'],
  args: Record<string, unknown>,
): string | null {
  try {
    checkToolArguments(server, tool, inputSchema, args);
    return null;
  } catch (error) {
    if (error instanceof DependencyError) return error.message;
    throw error;
  }
}
