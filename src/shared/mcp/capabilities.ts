import { z } from 'zod';

/**
 * What the pipeline asks for, and what it gets: a capability is a question (`logs.query`), its schemas are the contract
 * between our own MCP servers (which answer with exactly this structured content) and the detectors (which read it).
 * Times are ISO 8601 in UTC, durations are ms, sizes are bytes.
 */

/** Why a check could not be made on the wire: `code` is Node's, OpenSSL's or the service's own word. */
const checkErrorSchema = z.object({ code: z.string(), message: z.string() });
const checkError = checkErrorSchema.nullable();
export type CheckError = z.infer<typeof checkErrorSchema>;

const timeRange = { from: z.string(), to: z.string() };
const textLabels = z.record(z.string(), z.string());

export const certificateCheck = {
  input: z.object({ host: z.string(), port: z.number().int().default(443), serverName: z.string().optional() }),
  output: z.object({
    host: z.string(),
    port: z.number(),
    serverName: z.string(),
    error: checkError,
    subject: z.string().nullable(),
    issuer: z.string().nullable(),
    altNames: z.array(z.string()),
    validFrom: z.string().nullable(),
    validTo: z.string().nullable(),
    /** Negative when the certificate has expired. */
    hoursLeft: z.number().nullable(),
    selfSigned: z.boolean().nullable(),
    chainTrusted: z.boolean().nullable(),
    hostnameMatches: z.boolean().nullable(),
    protocol: z.string().nullable(),
  }),
};

export const dnsLookup = {
  input: z.object({ name: z.string(), type: z.enum(['A', 'AAAA', 'CNAME', 'SRV', 'TXT']).default('A') }),
  output: z.object({
    name: z.string(),
    type: z.string(),
    answers: z.array(z.string()),
    error: checkError,
    durationMs: z.number(),
  }),
};

export const tcpCheck = {
  input: z.object({ host: z.string(), port: z.number().int() }),
  output: z.object({
    host: z.string(),
    port: z.number(),
    connected: z.boolean(),
    error: checkError,
    durationMs: z.number(),
  }),
};

export const httpCheck = {
  input: z.object({ url: z.string() }),
  output: z.object({ url: z.string(), status: z.number().nullable(), error: checkError, durationMs: z.number() }),
};

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  ready: z.boolean(),
  restarts: z.number(),
  state: z.enum(['running', 'waiting', 'terminated', 'unknown']),
  /** Kubernetes' word, for example CrashLoopBackOff, ImagePullBackOff, OOMKilled, Completed. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  exitCode: z.number().nullable(),
  startedAt: z.string().nullable(),
  lastTermination: z
    .object({ reason: z.string().nullable(), exitCode: z.number().nullable(), finishedAt: z.string().nullable() })
    .nullable(),
  limits: textLabels,
  requests: textLabels,
});

export const podsStatus = {
  input: z.object({
    namespace: z.string().optional(),
    service: z.string().optional(),
    pod: z.string().optional(),
    labelSelector: z.string().optional(),
  }),
  output: z.object({
    pods: z.array(
      z.object({
        name: z.string(),
        namespace: z.string(),
        phase: z.string(),
        ready: z.boolean(),
        node: z.string().nullable(),
        createdAt: z.string().nullable(),
        labels: textLabels,
        conditions: z.array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullable(),
            message: z.string().nullable(),
          }),
        ),
        containers: z.array(containerSchema),
      }),
    ),
  }),
};

export const podLogs = {
  input: z.object({
    namespace: z.string().optional(),
    pod: z.string(),
    container: z.string().optional(),
    previous: z.boolean().default(false),
    tailLines: z.number().int().max(2000).default(200),
  }),
  output: z.object({
    pod: z.string(),
    namespace: z.string(),
    container: z.string().nullable(),
    previous: z.boolean(),
    lines: z.array(z.string()),
    truncated: z.boolean(),
  }),
};

export const kubernetesEvents = {
  input: z.object({
    namespace: z.string().optional(),
    object: z.string().optional(),
    type: z.enum(['Normal', 'Warning']).optional(),
    limit: z.number().int().max(500).default(100),
  }),
  output: z.object({
    events: z.array(
      z.object({
        type: z.string(),
        reason: z.string(),
        message: z.string(),
        kind: z.string(),
        name: z.string(),
        namespace: z.string(),
        count: z.number(),
        firstSeen: z.string().nullable(),
        lastSeen: z.string().nullable(),
      }),
    ),
    truncated: z.boolean(),
  }),
};

export const serviceHealth = {
  input: z.object({ service: z.string(), namespace: z.string().optional() }),
  output: z.object({
    service: z.string(),
    namespace: z.string(),
    found: z.boolean(),
    selector: textLabels,
    ports: z.array(z.object({ name: z.string().nullable(), port: z.number(), targetPort: z.string() })),
    readyEndpoints: z.array(z.string()),
    notReadyEndpoints: z.array(z.string()),
    /** Pods that the selector matches, ready or not. */
    matchingPods: z.number(),
  }),
};

export const logsQuery = {
  input: z.object({
    service: z.string().optional(),
    filter: z.string().optional(),
    searchText: z.string().optional(),
    severity: z.string().optional(),
    ...timeRange,
    limit: z.number().int().max(1000).default(100),
  }),
  output: z.object({
    rows: z.array(
      z.object({
        at: z.string(),
        severity: z.string().nullable(),
        service: z.string().nullable(),
        body: z.string(),
        attributes: textLabels,
      }),
    ),
    hasMore: z.boolean(),
    warning: z.string().nullable(),
  }),
};

export const metricsQuery = {
  input: z.object({
    metric: z.string(),
    service: z.string().optional(),
    filter: z.string().optional(),
    timeAggregation: z.string().optional(),
    spaceAggregation: z.string().default('avg'),
    groupBy: z.array(z.string()).default([]),
    stepSeconds: z.number().int().default(60),
    ...timeRange,
  }),
  output: z.object({
    metric: z.string(),
    series: z.array(
      z.object({
        labels: textLabels,
        unit: z.string().nullable(),
        /** [epoch ms, value], oldest first. */
        points: z.array(z.tuple([z.number(), z.number()])),
      }),
    ),
    warning: z.string().nullable(),
  }),
};

export const tracesQuery = {
  input: z.object({
    service: z.string().optional(),
    filter: z.string().optional(),
    operation: z.string().optional(),
    errorsOnly: z.boolean().default(false),
    minDurationMs: z.number().optional(),
    ...timeRange,
    limit: z.number().int().max(1000).default(100),
  }),
  output: z.object({
    spans: z.array(
      z.object({
        at: z.string(),
        traceId: z.string(),
        spanId: z.string(),
        parentSpanId: z.string().nullable(),
        service: z.string().nullable(),
        name: z.string(),
        durationMs: z.number(),
        error: z.boolean(),
        attributes: textLabels,
      }),
    ),
    hasMore: z.boolean(),
    warning: z.string().nullable(),
  }),
};

/** Message metadata by which a post is found again after an ambiguous failure (Slack message metadata). */
const slackMetadata = z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) });
const slackBlocks = z.array(z.record(z.string(), z.unknown()));
const slackPosted = z.object({ channel: z.string(), ts: z.string() });
const slackMessage = z.object({
  ts: z.string(),
  threadTs: z.string().nullable(),
  user: z.string().nullable(),
  botId: z.string().nullable(),
  appId: z.string().nullable(),
  text: z.string(),
  metadata: slackMetadata.nullable(),
});

export const slackPostThreadReply = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    text: z.string(),
    blocks: slackBlocks.optional(),
    metadata: slackMetadata.optional(),
  }),
  output: slackPosted,
};

export const slackPostMessage = {
  input: slackPostThreadReply.input.omit({ threadTs: true }),
  output: slackPosted,
};

export const slackUpdateMessage = {
  input: z.object({
    channel: z.string(),
    ts: z.string(),
    text: z.string(),
    blocks: slackBlocks.optional(),
    metadata: slackMetadata.optional(),
  }),
  output: slackPosted,
};

export const slackThreadInfo = {
  input: z.object({ channel: z.string(), threadTs: z.string(), limit: z.number().int().max(1000).default(200) }),
  output: z.object({ messages: z.array(slackMessage), hasMore: z.boolean() }),
};

export const slackChannelHistory = {
  input: z.object({
    channel: z.string(),
    /** Slack timestamps (seconds with fraction). */
    oldest: z.string().optional(),
    limit: z.number().int().max(999).default(100),
  }),
  output: z.object({ messages: z.array(slackMessage), hasMore: z.boolean() }),
};

export const slackChannelInfo = {
  input: z.object({ channel: z.string() }),
  output: z.object({ id: z.string(), name: z.string(), isMember: z.boolean(), isArchived: z.boolean() }),
};

export const slackUploadFile = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    filename: z.string(),
    title: z.string(),
    content: z.string(),
  }),
  output: z.object({ fileId: z.string() }),
};

export const slackDeleteMessage = { input: z.object({ channel: z.string(), ts: z.string() }), output: slackPosted };

/** Who the bot token belongs to; null where Slack does not say. */
export const slackIdentity = {
  input: z.object({}),
  output: z.object({
    botId: z.string().nullable(),
    userId: z.string().nullable(),
    appId: z.string().nullable(),
    team: z.string().nullable(),
  }),
};

/**
 * Every capability with its schemas and the tool of our own servers that answers it. `readOnly` is our own statement:
 * an investigation may only call capabilities where it is true, whatever a server says of its tools.
 */
export const CAPABILITIES = {
  'certificate.check': { ...certificateCheck, server: 'network', tool: 'check_certificate', readOnly: true },
  'dns.lookup': { ...dnsLookup, server: 'network', tool: 'check_dns', readOnly: true },
  'tcp.check': { ...tcpCheck, server: 'network', tool: 'check_tcp', readOnly: true },
  'http.check': { ...httpCheck, server: 'network', tool: 'check_http', readOnly: true },
  'pods.status': { ...podsStatus, server: 'kubernetes', tool: 'get_pod_status', readOnly: true },
  'pods.logs': { ...podLogs, server: 'kubernetes', tool: 'get_pod_logs', readOnly: true },
  'events.list': { ...kubernetesEvents, server: 'kubernetes', tool: 'get_events', readOnly: true },
  'service.health': { ...serviceHealth, server: 'kubernetes', tool: 'get_service_health', readOnly: true },
  'logs.query': { ...logsQuery, server: 'signoz', tool: 'query_logs', readOnly: true },
  'metrics.query': { ...metricsQuery, server: 'signoz', tool: 'query_metrics', readOnly: true },
  'traces.query': { ...tracesQuery, server: 'signoz', tool: 'query_traces', readOnly: true },
  'slack.post_thread_reply': { ...slackPostThreadReply, server: 'slack', tool: 'post_thread_reply', readOnly: false },
  'slack.post_message': { ...slackPostMessage, server: 'slack', tool: 'post_message', readOnly: false },
  'slack.update_message': { ...slackUpdateMessage, server: 'slack', tool: 'update_message', readOnly: false },
  'slack.upload_file': { ...slackUploadFile, server: 'slack', tool: 'upload_file', readOnly: false },
  'slack.delete_message': { ...slackDeleteMessage, server: 'slack', tool: 'delete_message', readOnly: false },
  'slack.identity': { ...slackIdentity, server: 'slack', tool: 'get_identity', readOnly: true },
  'slack.thread_info': { ...slackThreadInfo, server: 'slack', tool: 'get_thread_info', readOnly: true },
  'slack.channel_history': { ...slackChannelHistory, server: 'slack', tool: 'get_channel_history', readOnly: true },
  'slack.channel_info': { ...slackChannelInfo, server: 'slack', tool: 'get_channel_info', readOnly: true },
} as const;

export type Capability = keyof typeof CAPABILITIES;
export type CapabilityInput<C extends Capability> = z.input<(typeof CAPABILITIES)[C]['input']>;
export type CapabilityOutput<C extends Capability> = z.output<(typeof CAPABILITIES)[C]['output']>;
