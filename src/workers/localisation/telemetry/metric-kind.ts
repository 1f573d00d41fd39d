/**
 * What a metric measures, as far as its name tells.
 *
 * cpu, memory  use of a resource of the component itself
 * host         use of a resource that the component shares with its neighbours
 * saturation   use of something else that is limited: connections, threads, queues, disks
 * latency      time that requests take
 * client       time or failures of requests that the component sends to others: theirs, not its own
 * failures     requests that fail
 * successes    requests that don't fail
 * traffic      requests
 */
export type MetricKind =
  | 'cpu'
  | 'memory'
  | 'host'
  | 'saturation'
  | 'client'
  | 'latency'
  | 'failures'
  | 'successes'
  | 'traffic'
  | 'other';

/** The first that matches counts; names are read as words of lower case. */
const KINDS: [MetricKind, RegExp][] = [
  ['host', /^(node|host|machine|vm|instance) (?!id)/],
  ['cpu', /\b(cpu|processor)\b/],
  ['memory', /\b(memory|mem|rss|heap|working set)\b/],
  [
    'client',
    /\b(client|outbound|egress|upstream|downstream)\b.*\b(latency|duration|time|error|errors|failures?|rtt)\b/,
  ],
  ['latency', /\b(latency|duration|response time|elapsed|delay|rtt|lag)\b/],
  ['successes', /\b(availability|success|successful|successes|uptime|apdex)\b/],
  ['failures', /\b(error|errors|fault|faults|fail|failed|failure|failures|5xx|4xx|exceptions?|timeouts?)\b/],
  [
    'saturation',
    /\b(connections?|threads?|queued?|pool|disk|filesystem|inodes?|descriptors?|throttl\w*|gc|pauses?|backlog)\b/,
  ],
  ['traffic', /\b(requests?|calls?|ops|workload|throughput|traffic|rps|qps|hits|transactions?)\b/],
];

export function metricKind(name: string): MetricKind {
  const words = wordsOf(name);
  return KINDS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}

/** The kinds of metric that a text speaks of, for example an alert's title. */
export function kindsNamedIn(text: string): MetricKind[] {
  const words = wordsOf(text);
  return KINDS.filter(([kind, pattern]) => kind !== 'host' && pattern.test(words)).map(([kind]) => kind);
}

/** `PodServerLatencyP90(s)` and `http_request_duration` as words. */
export function wordsOf(name: string): string {
  return name
    .slice(0, 500)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z\d]+/g, ' ')
    .trim()
    .toLowerCase();
}
