import type { z } from 'zod';
import { CAPABILITIES, type Capability, type CapabilityOutput } from './capabilities.ts';

/** What a tool hands back: `data` fits the tool's output schema, `text` says the same for people. */
export type ToolAnswer<Data> = { data: Data; text: string };

export type ToolContext = { signal: AbortSignal };

/**
 * One tool of one of our own servers. `run` gets input that the schema has already accepted (defaults filled in); it throws
 * DependencyError (`refused`, `auth`, `timeout` ...) where it cannot answer, with a message that says what to do.
 */
export type ToolDefinition = {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  output: z.ZodObject;
  /** True when the tool changes nothing outside, which is what `readOnlyHint` tells the client. */
  readOnly: boolean;
  /** True when calling a writing tool twice has the effect of calling it once; read-only tools always are. */
  idempotent?: boolean;
  /** True when a writing tool overwrites or removes something (an edit, a deletion) rather than adding to it. */
  destructive?: boolean;
  run(input: Record<string, unknown>, context: ToolContext): Promise<ToolAnswer<Record<string, unknown>>>;
};

/** One of our own MCP servers as data: hosting serves it in-process, over stdio and over Streamable HTTP alike. */
export type ServerDefinition = {
  name: string;
  version: string;
  tools: ToolDefinition[];
  /** What a client's model is told about the server as a whole. */
  instructions?: string;
};

/** A capability's input after validation, with defaults filled in. */
export type ToolInput<C extends Capability> = z.output<(typeof CAPABILITIES)[C]['input']>;

export type ToolForOptions<C extends Capability> = {
  title: string;
  description: string;
  idempotent?: boolean;
  destructive?: boolean;
  run(input: ToolInput<C>, context: ToolContext): Promise<ToolAnswer<CapabilityOutput<C>>>;
};

/** The tool that answers a capability: name, schemas and `readOnly` come from CAPABILITIES, so that they cannot drift. */
export function toolFor<C extends Capability>(capability: C, options: ToolForOptions<C>): ToolDefinition {
  const { tool, input, output, readOnly } = CAPABILITIES[capability];
  const { title, description, idempotent, destructive } = options;
  // Hosting parses the input by `input` before it calls, which is what makes this cast true.
  const run = options.run as unknown as ToolDefinition['run'];
  return { name: tool, title, description, input, output, readOnly, idempotent, destructive, run };
}
