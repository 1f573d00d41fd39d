import { CAPABILITIES, type Capability } from './capabilities.ts';
import type { CallScope } from './guard/check-scope.ts';
import type { ToolMapping } from './maps/tool-mapping.ts';
import type { ServerPolicy } from './policies/server-policy.ts';
import type { EndpointSource } from './replicas/endpoint-source.ts';
import type { ServerDefinition } from './server-definition.ts';
import type { ServerTarget } from './server-target.ts';

/** Which tool of a server answers which capability: its name, where it speaks our own form, or how to speak to it. */
export type CapabilityMap = Partial<Record<Capability, string | ToolMapping>>;

/** Tools by name, `*` for any characters: those that the LLM may be offered, and those that we state to be read-only. */
export type ToolRules = { allow: string[]; readOnly: string[] };

/** A server that the gateway may ask, and what for. */
export type ConfiguredServer = {
  name: string;
  target: ServerTarget;
  capabilities: CapabilityMap;
  /** Further endpoints that answer the same; calls are spread over all. */
  replicas?: ServerTarget[];
  /** Where endpoints are looked up; `target` is then the pattern for them (its headers, its path). */
  discover?: EndpointSource;
  policy?: ServerPolicy;
  tools?: ToolRules;
  scope?: CallScope;
  /** Of several servers that answer a capability the cheaper is asked first; default 1. */
  cost?: number;
};

export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as Capability[];

/** Capabilities that a server of ours answers beside the one that they are named for. */
const ALSO_ANSWERED: Readonly<Record<string, readonly Capability[]>> = {
  prometheus: ['metrics.query', 'requests.query', 'services.list', 'topology.services'],
};

/** What a server of this name answers by itself: the capabilities of our own server of that name, by the same tool names. */
export function defaultCapabilities(server: string): CapabilityMap {
  const also = Object.hasOwn(ALSO_ANSWERED, server) ? ALSO_ANSWERED[server]! : [];
  const own = CAPABILITY_NAMES.filter(
    (capability) => CAPABILITIES[capability].server === server || also.includes(capability),
  );
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

/** The mapping in its long form. */
export function mappingOf(mapping: string | ToolMapping): ToolMapping {
  return typeof mapping === 'string' ? { tool: mapping } : mapping;
}
