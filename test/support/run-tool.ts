import {
  CAPABILITIES,
  type Capability,
  type CapabilityInput,
  type CapabilityOutput,
} from '../../src/shared/mcp/capabilities.ts';
import type { ServerDefinition, ToolDefinition } from '../../src/shared/mcp/server-definition.ts';

function toolOf({ tools }: ServerDefinition, name: string): ToolDefinition {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`no tool named ${name}`);
  return tool;
}

/** Runs a tool by its name as hosting does: input and output go through the schemas. */
export async function runTool(
  server: ServerDefinition,
  name: string,
  input: unknown,
  signal = new AbortController().signal,
) {
  const tool = toolOf(server, name);
  const { data, text } = await tool.run(tool.input.parse(input), { signal });
  return { data: tool.output.parse(data), text };
}

/** Runs the tool behind a capability. */
export async function runCapability<C extends Capability>(
  server: ServerDefinition,
  capability: C,
  input: CapabilityInput<C>,
  signal?: AbortSignal,
): Promise<{ data: CapabilityOutput<C>; text: string }> {
  const { data, text } = await runTool(server, CAPABILITIES[capability].tool, input, signal);
  return { data: data as CapabilityOutput<C>, text };
}
