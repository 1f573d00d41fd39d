import { CAPABILITIES, type Capability } from './capabilities.ts';
import type { ServerDefinition } from './server-definition.ts';
import type { ServerTarget } from './server-target.ts';

/** Which tool of a server answers which capability. */
export type CapabilityMap = Partial<Record<Capability, string>>;

/** A server that the gateway may ask, and what for. */
export type ConfiguredServer = { name: string; target: ServerTarget; capabilities: CapabilityMap };

export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as Capability[];

/** What a server of this name answers by itself: the capabilities of our own server of that name, by the same tool names. */
export function defaultCapabilities(server: string): CapabilityMap {
  const own = CAPABILITY_NAMES.filter((capability) => CAPABILITIES[capability].server === server);
  return Object.fromEntries(own.map((capability) => [capability, CAPABILITIES[capability].tool]));
}

/** One of our own servers, in this process. */
export function ownServer(definition: ServerDefinition): ConfiguredServer {
  const { name } = definition;
  return { name, target: { kind: 'in-process', definition }, capabilities: defaultCapabilities(name) };
}

/** The servers of the mcpServers file before our own, so that a file's server replaces ours of the same name. */
export function mergeServers(own: ConfiguredServer[], fromFile: ConfiguredServer[]): ConfiguredServer[] {
  const replaced = new Set(fromFile.map((server) => server.name));
  return [...fromFile, ...own.filter((server) => !replaced.has(server.name))];
}
