import type { z } from 'zod';
import { DependencyError } from '../errors.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import type { McpToolResult } from './mcp-connection.ts';

/** The input with its defaults. Throws DependencyError `bad_request` that names what does not fit. */
export function checkArguments(server: string, capability: Capability, input: unknown): Record<string, unknown> {
  const parsed = CAPABILITIES[capability].input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new DependencyError(server, 'bad_request', `arguments of ${capability}: ${issues(parsed.error)}`);
}

/** The answer as the capability's output. Throws DependencyError `protocol` for one that is not. */
export function checkData(server: string, capability: Capability, result: McpToolResult): unknown {
  const parsed = CAPABILITIES[capability].output.safeParse(result.structured ?? parseJson(result.text));
  if (parsed.success) return parsed.data;
  const message = `MCP server ${server} answered ${capability} in a form that is not ours: ${issues(parsed.error)}`;
  // It did answer, so that a writing call has had its effect, but nobody can tell which.
  throw new DependencyError(server, 'protocol', message, { sent: true });
}

/** Servers of the older protocol put their structured content into the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function issues(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`)
    .join('; ');
}
