import type { z } from 'zod';
import { DependencyError, describeError } from '../errors.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import type { ResultReader } from './maps/tool-mapping.ts';
import type { McpToolResult } from './mcp-connection.ts';

/** The input with its defaults. Throws DependencyError `bad_request` that names what does not fit. */
export function checkArguments(server: string, capability: Capability, input: unknown): Record<string, unknown> {
  const parsed = CAPABILITIES[capability].input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new DependencyError(server, 'bad_request', `arguments of ${capability}: ${issues(parsed.error)}`);
}

/**
 * What is sent to the server must hold the cursor that was given: a tool that knows none would give the first page again. Throws
 * DependencyError `not_configured`, after which another server is asked.
 */
export function checkCursor(
  server: string,
  capability: Capability,
  { cursor }: Record<string, unknown>,
  sent: Record<string, unknown>,
): void {
  if (cursor === undefined || Object.values(sent).includes(cursor)) return;
  const message = `MCP server ${server} answers ${capability} without pages: leave "cursor" out, or put {cursor} into the arguments of its mapping`;
  throw new DependencyError(server, 'not_configured', message);
}

/** The answer as the capability's output, by the mapping's reader where it has one. Throws DependencyError `protocol` for one that is not. */
export function checkData(
  server: string,
  capability: Capability,
  result: McpToolResult,
  read: ResultReader | undefined,
  input: Record<string, unknown>,
): unknown {
  const answer = read
    ? readAnswer(server, capability, read, result, input)
    : (result.structured ?? parseJson(result.text));
  const parsed = CAPABILITIES[capability].output.safeParse(answer);
  if (parsed.success) return parsed.data;
  const message = `MCP server ${server} answered ${capability} in a form that is not ours: ${issues(parsed.error)}`;
  // It did answer, so that a writing call has had its effect, but nobody can tell which.
  throw new DependencyError(server, 'protocol', message, { sent: true });
}

function readAnswer(
  server: string,
  capability: Capability,
  read: ResultReader,
  result: McpToolResult,
  input: Record<string, unknown>,
): unknown {
  try {
    return read(result, input);
  } catch (thrown) {
    const { failure, ambiguous, detail } = thrown instanceof DependencyError ? thrown : DEFAULT_FAULT;
    const message = `MCP server ${server} answered ${capability} in a form that cannot be read: ${describeError(thrown)}`;
    throw new DependencyError(server, failure, message, {
      cause: thrown,
      sent: ambiguous,
      detail: detail ?? undefined,
    });
  }
}

const DEFAULT_FAULT = { failure: 'protocol', ambiguous: true, detail: null } as const;

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
