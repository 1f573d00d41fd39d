import { type MessageShape, type ReadMessage, readProtobuf } from './read-protobuf.ts';

/** A span as a collector sees it. */
export type CollectedSpan = {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
  statusMessage: string;
  events: unknown[];
  resource: Record<string, unknown>;
};

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

const anyValue: MessageShape = {
  1: { name: 'text', type: 'string' },
  2: { name: 'flag', type: 'bool' },
  3: { name: 'whole', type: 'int64' },
  4: { name: 'real', type: 'double' },
  5: {
    name: 'list',
    type: 'message',
    of: () => ({ 1: { name: 'values', type: 'message', of: () => anyValue, many: true } }),
  },
};
const keyValue: MessageShape = {
  1: { name: 'key', type: 'string' },
  2: { name: 'value', type: 'message', of: () => anyValue },
};
const attributes = { name: 'attributes', type: 'message', of: () => keyValue, many: true } as const;
const event: MessageShape = {
  1: { name: 'time', type: 'fixed64' },
  2: { name: 'name', type: 'string' },
  3: attributes,
  4: { name: 'droppedAttributes', type: 'uint' },
};
const link: MessageShape = {
  1: { name: 'traceId', type: 'bytes' },
  2: { name: 'spanId', type: 'bytes' },
  3: { name: 'traceState', type: 'string' },
  4: attributes,
  5: { name: 'droppedAttributes', type: 'uint' },
  6: { name: 'flags', type: 'fixed32' },
};
const span: MessageShape = {
  1: { name: 'traceId', type: 'bytes' },
  2: { name: 'spanId', type: 'bytes' },
  3: { name: 'traceState', type: 'string' },
  4: { name: 'parentSpanId', type: 'bytes' },
  5: { name: 'name', type: 'string' },
  6: { name: 'kind', type: 'uint' },
  7: { name: 'start', type: 'fixed64' },
  8: { name: 'end', type: 'fixed64' },
  9: attributes,
  10: { name: 'droppedAttributes', type: 'uint' },
  11: { name: 'events', type: 'message', of: () => event, many: true },
  12: { name: 'droppedEvents', type: 'uint' },
  13: { name: 'links', type: 'message', of: () => link, many: true },
  14: { name: 'droppedLinks', type: 'uint' },
  15: {
    name: 'status',
    type: 'message',
    of: () => ({ 2: { name: 'message', type: 'string' }, 3: { name: 'code', type: 'uint' } }),
  },
  16: { name: 'flags', type: 'fixed32' },
};
const scope: MessageShape = { 1: { name: 'name', type: 'string' }, 2: { name: 'version', type: 'string' } };
const scopeSpans: MessageShape = {
  1: { name: 'scope', type: 'message', of: () => scope },
  2: { name: 'spans', type: 'message', of: () => span, many: true },
  3: { name: 'schemaUrl', type: 'string' },
};
const resource: MessageShape = { 1: attributes, 2: { name: 'droppedAttributes', type: 'uint' } };
const resourceSpans: MessageShape = {
  1: { name: 'resource', type: 'message', of: () => resource },
  2: { name: 'scopeSpans', type: 'message', of: () => scopeSpans, many: true },
  3: { name: 'schemaUrl', type: 'string' },
};
const request: MessageShape = { 1: { name: 'resourceSpans', type: 'message', of: () => resourceSpans, many: true } };

/** Reads the body of an OTLP export of traces (ExportTraceServiceRequest); throws for what the protocol forbids. */
export function readOtlpTraces(body: Buffer): CollectedSpan[] {
  const { resourceSpans: groups } = readProtobuf(request, body);
  return groups.flatMap((group: ReadMessage) => {
    const about = attributesOf(group.resource);
    if (!about['service.name']) throw new Error('a resource has no service.name');
    return group.scopeSpans.flatMap(({ spans }: ReadMessage) => spans.map((one: ReadMessage) => toSpan(one, about)));
  });
}

function toSpan(one: ReadMessage, about: Record<string, unknown>): CollectedSpan {
  const { traceId, spanId, parentSpanId = '', name = '', kind, start, end, status = {} } = one;
  if (!/^[0-9a-f]{32}$/.test(traceId) || /^0+$/.test(traceId)) throw new Error(`${traceId} is no trace id`);
  if (!/^[0-9a-f]{16}$/.test(spanId) || /^0+$/.test(spanId)) throw new Error(`${spanId} is no span id`);
  if (!/^([0-9a-f]{16})?$/.test(parentSpanId)) throw new Error(`${parentSpanId} is no span id`);
  if (!name || !KINDS[kind]) throw new Error(`span "${name}" has kind ${kind}`);
  if (!start || !end || end < start) throw new Error(`span ${name} runs from ${start} to ${end}`);
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: KINDS[kind] as CollectedSpan['kind'],
    attributes: attributesOf(one),
    links: one.links.map((item: ReadMessage) => ({ traceId: item.traceId, spanId: item.spanId })),
    failed: status.code === 2,
    statusMessage: status.message ?? '',
    events: one.events,
    resource: about,
  };
}

function attributesOf({ attributes: pairs = [] }: ReadMessage = {}): Record<string, unknown> {
  const entries = pairs.map(({ key, value }: ReadMessage) => {
    if (!key || !value) throw new Error(`attribute "${key}" has no name or no value`);
    return [key, toValue(value)] as const;
  });
  const read = Object.fromEntries(entries);
  if (Object.keys(read).length < entries.length) throw new Error('an attribute is there twice');
  return read;
}

function toValue({ text, flag, whole, real, list }: ReadMessage): unknown {
  return text ?? flag ?? whole ?? real ?? list?.values.map(toValue);
}
