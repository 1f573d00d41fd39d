import { z } from 'zod';
import { flag, httpHeaders, list, optionalText, optionalUrl } from './config-fields.ts';

/** How it is decided which traces are recorded, by the names that OpenTelemetry has for it. */
export const TRACE_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type TraceSampler = (typeof TRACE_SAMPLERS)[number];

/** `deployment.environment.name=prod,...`, as OTEL_RESOURCE_ATTRIBUTES has it: names and values may be percent-encoded. */
const resourceAttributes = list.transform((entries, context) => {
  const attributes: Record<string, string> = {};
  for (const entry of entries) {
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(entry) ?? [];
    try {
      if (name === undefined || value === undefined) throw new Error('no name, or no value');
      attributes[decodeURIComponent(name)] = decodeURIComponent(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'has an entry that is not of the form name=value, percent-encoded' });
      return z.NEVER;
    }
  }
  return attributes;
});

/** OpenTelemetry's own variables, as far as they are heeded; the protocol is its default, and the only one that is spoken. */
export const tracingEnvironment = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalUrl,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optionalUrl,
  OTEL_EXPORTER_OTLP_HEADERS: httpHeaders,
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf', { error: 'is not http/protobuf' }).default('http/protobuf'),
  OTEL_SERVICE_NAME: optionalText,
  OTEL_RESOURCE_ATTRIBUTES: resourceAttributes,
  OTEL_TRACES_SAMPLER: z
    .enum(TRACE_SAMPLERS, { error: 'is no sampler that is known here' })
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .default('1')
    .transform(Number)
    .refine((share) => share >= 0 && share <= 1, 'is not a number from 0 to 1'),
  OTEL_SDK_DISABLED: flag,
};

/** How the variables of traces are mended. */
export const TRACING_REMEDIES: Record<string, string> = {
  OTEL_EXPORTER_OTLP_ENDPOINT:
    "give the collector's OTLP/HTTP address, http://host:4318, or leave it out for no traces",
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'give the whole address, for example http://host:4318/v1/traces',
  OTEL_EXPORTER_OTLP_HEADERS: 'give name=value, separated by commas',
  OTEL_EXPORTER_OTLP_PROTOCOL: "leave it out, and give the address of the collector's OTLP/HTTP receiver (port 4318)",
  OTEL_RESOURCE_ATTRIBUTES: 'give name=value, separated by commas',
  OTEL_TRACES_SAMPLER: `give one of ${TRACE_SAMPLERS.join(', ')}`,
  OTEL_TRACES_SAMPLER_ARG: 'give the share of traces that a ratio sampler records, for example 0.1',
};

/** Where traces go and which of them. */
export type TracingConfig = Readonly<{
  /** The whole address that spans are posted to. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  /** Null where the process is named after its role. */
  serviceName: string | null;
  resourceAttributes: Readonly<Record<string, string>>;
  sampler: TraceSampler;
  /** The share of traces that the ratio samplers record, from 0 to 1. */
  ratio: number;
}>;

type ParsedVariables = z.output<z.ZodObject<typeof tracingEnvironment>>;

/** The configuration of traces, null when there is no collector or the SDK is switched off. */
export function tracingConfig(env: ParsedVariables): TracingConfig | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = env;
  const endpoint = whole ?? (base && tracesBelow(base));
  if (!endpoint || env.OTEL_SDK_DISABLED) return null;
  const { OTEL_RESOURCE_ATTRIBUTES: attributes } = env;
  return {
    endpoint,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: env.OTEL_SERVICE_NAME ?? attributes['service.name'] ?? null,
    resourceAttributes: attributes,
    sampler: env.OTEL_TRACES_SAMPLER,
    ratio: env.OTEL_TRACES_SAMPLER_ARG,
  };
}

/** The base may have a path of its own, and a query. */
function tracesBelow(base: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}
