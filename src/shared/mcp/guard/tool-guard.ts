import { DependencyError } from '../../errors.ts';
import type { Capability } from '../capabilities.ts';
import { isReadOnly, mayWrite } from '../capability-policy.ts';
import type { ConfiguredServer, ToolRules } from '../configured-server.ts';
import type { McpTool } from '../mcp-connection.ts';
import { matchesName } from '../policies/server-policy.ts';
import { argumentNames } from './check-arguments.ts';
import { takes } from './check-scope.ts';

/** The tool of that name as the server lists it. Throws DependencyError `not_configured` where it has none. */
export function findTool(server: string, listed: readonly McpTool[], tool: string, what: string): McpTool {
  const found = listed.find(({ name }) => name === tool);
  if (found) return found;
  throw new DependencyError(server, 'not_configured', `MCP server ${server} has no tool ${tool} for ${what}`);
}

/**
 * Throws DependencyError `refused` unless the capability may call the tool: our own statement about the capability decides, and a
 * read of a server that is not ours needs the tool's own claim or our statement about the tool as well.
 */
export function guardCapability(
  { name: server, target, tools }: ConfiguredServer,
  capability: Capability,
  tool: McpTool,
  stated: boolean | undefined,
): void {
  if (!isReadOnly(capability)) {
    if (mayWrite(capability)) return;
    const message = `${capability} writes and is not one of the declared writing capabilities`;
    throw new DependencyError(server, 'refused', message);
  }
  if (target.kind === 'in-process' || stated === true || isReadOnlyTool(tools, tool)) return;
  const message = `tool ${tool.name} of MCP server ${server} does not declare readOnlyHint: true, so ${capability} may not call it`;
  throw new DependencyError(server, 'refused', `${message} (tools.readOnly in its entry states it instead)`);
}

/** Throws DependencyError `refused` unless the LLM may be offered the tool as its server lists it now. */
export function guardOffered(configured: ConfiguredServer, tool: McpTool): void {
  if (isOffered(configured, tool)) return;
  const { name: server, scope } = configured;
  const named = scope?.namespaces ? ', and by its own name where it takes no namespace' : '';
  const message = `tool ${tool.name} of MCP server ${server} is not on offer: it has to be in tools.allow${named}, and to be read-only`;
  throw new DependencyError(server, 'refused', message);
}

/**
 * Whether the LLM may be offered a tool: it is on our allow-list, and it only reads. A tool that takes no namespace may well answer of
 * all of them: where the scope has namespaces, a pattern that fits its name is not enough, since nobody may have thought of it.
 */
export function isOffered({ tools, scope }: Pick<ConfiguredServer, 'tools' | 'scope'>, tool: McpTool): boolean {
  const allowed = tools?.allow ?? [];
  const isUnbounded = scope?.namespaces !== undefined && !takes('namespaces', argumentNames(tool.inputSchema));
  const isAllowed = isUnbounded
    ? allowed.includes(tool.name)
    : allowed.some((pattern) => matchesName(pattern, tool.name));
  return isAllowed && isReadOnlyTool(tools, tool);
}

/** What the server claims now, or our own statement; nothing said means that it may write. */
function isReadOnlyTool(rules: ToolRules | undefined, { name, readOnlyHint }: McpTool): boolean {
  return readOnlyHint === true || (rules?.readOnly ?? []).some((pattern) => matchesName(pattern, name));
}
