import { CAPABILITIES, type Capability } from './capabilities.ts';

/** How long one attempt of a call may take, ms; a retry gets the same again, and the caller's signal bounds the whole. */
const DEADLINE_MS = {
  'certificate.check': 8_000,
  'dns.lookup': 8_000,
  'tcp.check': 8_000,
  'http.check': 8_000,
  'pods.status': 10_000,
  'pods.logs': 15_000,
  'events.list': 10_000,
  'service.health': 10_000,
  'logs.query': 20_000,
  'metrics.query': 20_000,
  'traces.query': 20_000,
  'requests.query': 20_000,
  'services.list': 20_000,
  'topology.services': 20_000,
  'changes.list': 15_000,
  'kubernetes.objects': 15_000,
  'postgresql.activity': 12_000,
  'postgresql.locks': 12_000,
  'postgresql.statements': 12_000,
  'postgresql.replication': 12_000,
  'postgresql.sizes': 12_000,
  'postgresql.server': 12_000,
  'redis.info': 12_000,
  'redis.slowlog': 12_000,
  'redis.clients': 12_000,
  'slack.post_thread_reply': 15_000,
  'slack.post_message': 15_000,
  'slack.update_message': 15_000,
  'slack.delete_message': 15_000,
  'slack.upload_file': 30_000,
  'slack.upload_image': 30_000,
  'slack.delete_file': 15_000,
  'slack.thread_info': 10_000,
  'slack.channel_history': 10_000,
  'slack.channel_info': 10_000,
  'slack.identity': 10_000,
} as const satisfies Record<Capability, number>;

/** The only capabilities that may change anything outside; a new one has to be written down here on purpose. */
const WRITING: ReadonlySet<Capability> = new Set<Capability>([
  'slack.post_thread_reply',
  'slack.post_message',
  'slack.update_message',
  'slack.delete_message',
  'slack.upload_file',
  'slack.upload_image',
  'slack.delete_file',
]);

export function deadlineMsOf(capability: Capability): number {
  return DEADLINE_MS[capability];
}

export function isReadOnly(capability: Capability): boolean {
  return CAPABILITIES[capability].readOnly;
}

export function mayWrite(capability: Capability): boolean {
  return WRITING.has(capability);
}
