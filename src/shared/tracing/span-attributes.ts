/**
 * Every attribute that a span may have; a test holds the names against OpenTelemetry's semantic conventions. What is not here cannot
 * be set: texts of alerts, prompts, log lines, arguments and secrets have no place in a trace.
 */
export const SPAN_ATTRIBUTES = [
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'url.scheme',
  'messaging.system',
  'messaging.destination.name',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.message.id',
  'messaging.batch.message_count',
  'db.system.name',
  'db.operation.name',
  'db.operation.batch.size',
  'db.collection.name',
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.agent.name',
  'gen_ai.tool.name',
  'gen_ai.output.type',
  'gen_ai.request.model',
  'gen_ai.request.max_tokens',
  'gen_ai.response.model',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'mcp.method.name',
  'server.address',
  'server.port',
  // The six stages of DESIGN.md: receive, classify, enqueue, investigate, report, post.
  'rca_fleet.stage',
  'rca_fleet.source',
  'rca_fleet.alerts',
  'rca_fleet.decisions',
  'rca_fleet.incident.id',
  'rca_fleet.run',
  'rca_fleet.attempt',
  'rca_fleet.round',
  'rca_fleet.questions',
  'rca_fleet.evidence',
  'rca_fleet.findings',
  'rca_fleet.gaps',
  'rca_fleet.tier',
  'rca_fleet.verdict',
  'rca_fleet.struck_claims',
  'rca_fleet.capability',
  'rca_fleet.mcp.server',
  'rca_fleet.mcp.origin',
  'rca_fleet.revision',
  'rca_fleet.outcome',
] as const;

export type SpanAttribute = (typeof SPAN_ATTRIBUTES)[number];

/** Attributes of one span; what is undefined or null is left out. */
export type SpanAttributes = Partial<Record<SpanAttribute, string | number | boolean | string[] | null | undefined>>;
