import type { z } from 'zod';
import {
  changesList,
  kubernetesEvents,
  kubernetesObjectsList,
  podLogs,
  podsStatus,
  serviceHealth,
} from './capability-schemas/kubernetes-reads.ts';
import { certificateCheck, dnsLookup, httpCheck, tcpCheck } from './capability-schemas/network-checks.ts';
import {
  postgresActivity,
  postgresLocks,
  postgresReplication,
  postgresServer,
  postgresSizes,
  postgresStatements,
} from './capability-schemas/postgres-reads.ts';
import { redisClients, redisInfo, redisSlowlog } from './capability-schemas/redis-reads.ts';
import {
  slackChannelHistory,
  slackChannelInfo,
  slackDeleteFile,
  slackDeleteMessage,
  slackIdentity,
  slackPostMessage,
  slackPostThreadReply,
  slackThreadInfo,
  slackUpdateMessage,
  slackUploadFile,
  slackUploadImage,
} from './capability-schemas/slack-calls.ts';
import {
  logsQuery,
  metricsQuery,
  requestsQuery,
  servicesList,
  topologyServices,
  tracesQuery,
} from './capability-schemas/telemetry-queries.ts';

export type { CheckError } from './capability-schemas/network-checks.ts';

/**
 * What the pipeline asks for, and what it gets: a capability is a question (`logs.query`), its schemas (capability-schemas/)
 * are the contract between our own MCP servers, which answer with exactly this structured content, and the detectors, which
 * read it. Times are ISO 8601 in UTC, durations are ms, sizes are bytes. `tool` is the tool of our own server that answers;
 * `readOnly` is our own statement: an investigation may only call capabilities where it is true, whatever a server says.
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
  'requests.query': { ...requestsQuery, server: 'signoz', tool: 'query_requests', readOnly: true },
  'services.list': { ...servicesList, server: 'signoz', tool: 'list_services', readOnly: true },
  'topology.services': { ...topologyServices, server: 'signoz', tool: 'get_service_map', readOnly: true },
  'changes.list': { ...changesList, server: 'kubernetes', tool: 'list_changes', readOnly: true },
  'kubernetes.objects': { ...kubernetesObjectsList, server: 'kubernetes', tool: 'list_objects', readOnly: true },
  'postgresql.activity': { ...postgresActivity, server: 'database', tool: 'get_postgresql_activity', readOnly: true },
  'postgresql.locks': { ...postgresLocks, server: 'database', tool: 'get_postgresql_locks', readOnly: true },
  'postgresql.statements': {
    ...postgresStatements,
    server: 'database',
    tool: 'get_postgresql_statements',
    readOnly: true,
  },
  'postgresql.replication': {
    ...postgresReplication,
    server: 'database',
    tool: 'get_postgresql_replication',
    readOnly: true,
  },
  'postgresql.sizes': { ...postgresSizes, server: 'database', tool: 'get_postgresql_sizes', readOnly: true },
  'postgresql.server': { ...postgresServer, server: 'database', tool: 'get_postgresql_server', readOnly: true },
  'redis.info': { ...redisInfo, server: 'database', tool: 'get_redis_info', readOnly: true },
  'redis.slowlog': { ...redisSlowlog, server: 'database', tool: 'get_redis_slowlog', readOnly: true },
  'redis.clients': { ...redisClients, server: 'database', tool: 'get_redis_clients', readOnly: true },
  'slack.post_thread_reply': { ...slackPostThreadReply, server: 'slack', tool: 'post_thread_reply', readOnly: false },
  'slack.post_message': { ...slackPostMessage, server: 'slack', tool: 'post_message', readOnly: false },
  'slack.update_message': { ...slackUpdateMessage, server: 'slack', tool: 'update_message', readOnly: false },
  'slack.upload_file': { ...slackUploadFile, server: 'slack', tool: 'upload_file', readOnly: false },
  'slack.upload_image': { ...slackUploadImage, server: 'slack', tool: 'upload_image', readOnly: false },
  'slack.delete_file': { ...slackDeleteFile, server: 'slack', tool: 'delete_file', readOnly: false },
  'slack.delete_message': { ...slackDeleteMessage, server: 'slack', tool: 'delete_message', readOnly: false },
  'slack.identity': { ...slackIdentity, server: 'slack', tool: 'get_identity', readOnly: true },
  'slack.thread_info': { ...slackThreadInfo, server: 'slack', tool: 'get_thread_info', readOnly: true },
  'slack.channel_history': { ...slackChannelHistory, server: 'slack', tool: 'get_channel_history', readOnly: true },
  'slack.channel_info': { ...slackChannelInfo, server: 'slack', tool: 'get_channel_info', readOnly: true },
} as const;

export type Capability = keyof typeof CAPABILITIES;
export type CapabilityInput<C extends Capability> = z.input<(typeof CAPABILITIES)[C]['input']>;
export type CapabilityOutput<C extends Capability> = z.output<(typeof CAPABILITIES)[C]['output']>;
