import { z } from 'zod';
import { CAPABILITIES, type Capability } from '../../shared/mcp/capabilities.ts';
import { createToolAliases, plainAlias, type ToolAliases } from '../../shared/mcp/guard/tool-aliases.ts';
import type { ChatTool } from './chat-client.ts';

/** The tools of an investigation as the model sees them; the same list, in the same order, for every alert. */
export type OfferedTools = { tools: ChatTool[]; capabilityOf(alias: string): Capability | null };

/** The names of a capability's arguments; those that take only words of a list name nothing that could be out of scope. */
export type KnownArguments = { all: string[]; listed: string[] };

type JsonSchema = {
  enum?: unknown[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
};
/** Pages are for programs: a model narrows its question instead, and could name no cursor that stands in the evidence. */
function schemaOf(capability: Capability): JsonSchema {
  const schema = z.toJSONSchema(CAPABILITIES[capability].input, { io: 'input' }) as JsonSchema;
  const { cursor: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

/** What a question of this capability may hold. */
export function argumentsOf(capability: Capability): KnownArguments {
  const properties = Object.entries(schemaOf(capability).properties ?? {});
  const listed = properties.filter(([, { enum: words, items }]) => words !== undefined || items?.enum !== undefined);
  return { all: properties.map(([name]) => name), listed: listed.map(([name]) => name) };
}

const PURPOSE: Partial<Record<Capability, string>> = {
  'certificate.check': 'Reads the TLS certificate that a host serves: names, issuer, validity, chain.',
  'dns.lookup': 'Resolves a DNS name.',
  'tcp.check': 'Tries a TCP connection to a host and port.',
  'http.check': 'Sends one GET request and returns the status. Only addresses that the alert names, or a health path.',
  'pods.status': 'State of pods: readiness, restarts, reasons, exit codes, limits. By service, pod or label selector.',
  'pods.logs': 'Logs of one pod; with previous=true those of the container before its last restart.',
  'events.list': 'Kubernetes events of a namespace or about an object.',
  'service.health': 'A Kubernetes service: selector, ports, ready and not ready endpoints.',
  'logs.query': 'Log lines of a service, newest first; searchText finds words, severity is for example ERROR.',
  'metrics.query': 'One metric over time, by service or filter.',
  'traces.query': 'Spans of a service; errorsOnly and minDurationMs narrow them.',
  'requests.query': 'Request rate, errors or durations over time, from spans.',
  'services.list': 'The services that sent spans, with calls, errors and latency.',
  'topology.services': 'Who calls whom.',
  'changes.list': 'Deployments and other changes of a namespace.',
  'kubernetes.objects': 'Kubernetes objects of a namespace by kind.',
};

/** What the conversation is about is given by ourselves: a server's own description of its tool could give orders. */
const describe = (capability: Capability) => PURPOSE[capability] ?? `Reads ${capability.replace('.', ' ')}.`;

/** Arguments that the model may leave out although the capability needs them: the investigation's own are filled in. */
const FILLED_IN = new Set(['from', 'to']);

/** What an investigation may ask: what our own list calls read-only. Who writes in Slack is no evidence. */
export function mayBeOffered(capability: Capability): boolean {
  const { readOnly, server } = CAPABILITIES[capability];
  return readOnly && server !== 'slack';
}

/** The name under which a model sees a capability. */
export const capabilityAlias = (capability: Capability): string => plainAlias(capability);

/** The read-only tools of the capabilities that some server answers, by name. */
export function offerTools(has: (capability: Capability) => boolean): OfferedTools {
  const offered = (Object.keys(CAPABILITIES) as Capability[]).filter((name) => mayBeOffered(name) && has(name)).sort();
  const aliases = createToolAliases(offered);
  return {
    tools: offered.map((capability) => toolOf(capability, aliases)),
    capabilityOf: (alias) => aliases.nameOf(alias) as Capability | null,
  };
}

function toolOf(capability: Capability, aliases: ToolAliases): ChatTool {
  const schema = schemaOf(capability);
  const parameters = {
    type: 'object',
    properties: withoutNoise(schema.properties ?? {}),
    required: (schema.required ?? []).filter((name) => !FILLED_IN.has(name)),
    additionalProperties: false,
  };
  return { name: aliases.aliasOf(capability), description: describe(capability), parameters };
}

/** What every whole number says of itself tells a model nothing. */
function withoutNoise(properties: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(properties, (key, value: unknown) =>
    (key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? undefined : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
