import { binaryBytes } from '../../detectors/support/quantities.ts';
import { CERTIFICATE_FAILURES } from './certificate-failures.ts';
import type { FailureKind } from './failure-kind.ts';

/** The kinds of what a node does to all its pods. */
export const OF_NODES: ReadonlySet<string> = new Set([
  'conntrack-full',
  'node-runtime',
  'pod-network',
  'kernel-setting',
]);

/** A collection that frees less than this share of what there was frees hardly any. */
const LITTLE = 0.3;

const COLLECTED = /\b(\d+(?:\.\d+)?[KMG]?)B?->(\d+(?:\.\d+)?[KMG]?)B?\b/g;

/** What a collection found and left (`1893M->611M(3072M)`; the whole heap stands last), where the line tells it; one that frees much has room. */
function freesLittle(line: string): boolean {
  const [, before, after = ''] = [...line.matchAll(COLLECTED)].at(-1) ?? [];
  return before === undefined || binaryBytes(after) > (1 - LITTLE) * binaryBytes(before);
}

/** What certificates, name servers, the API server, disks, memory and links say when they fail. */
export const PLATFORM_FAILURES: readonly FailureKind[] = [
  ...CERTIFICATE_FAILURES,
  {
    name: 'name-resolution',
    class: 'network',
    meaning: 'a host name could not be resolved to an IP address (DNS)',
    pattern:
      /(?:could not|couldn't|can'?t|cannot|unable to) resolve (?!placeholder|dependenc|reference|type|module|symbol|view|bean|all|import|property|variable|['"]?@?[./])|no such host|\blookup \S{1,200} on [\d.]{7,15}:53\b|UnresolvedAddress|non-existing domain|failed to lookup address|NXDOMAIN|SERVFAIL|\bENOTFOUND\b|EAI_AGAIN|name or service not known|temporary failure in name resolution|UnknownHost|server misbehaving|nodename nor servname|name resolution (?:fail|error)|name does not resolve|bad address|no servers could be reached|host not found|dns (?:lookup|resolution) fail|failed to resolve|\blookup \S{1,200}: i\/o timeout|no address associated with hostname|Unknown MySQL server host|\bquery(?:A|AAAA|SRV|CNAME|TXT) E?TIME(?:D)?OUT|plugin\/errors: \d+ \S+ [A-Z]+: read udp|Resource temporarily unavailable \([\w.-]+:\d+\)/i,
    weight: 1,
  },
  {
    name: 'kubernetes-permission',
    class: 'infrastructure',
    meaning: 'the service account lacks permission (RBAC)',
    pattern:
      /is forbidden: User "|cannot (?:get|list|watch|create|update|patch|delete) resource|\(Forbidden\)|does not have (?:permission|access) to|system:serviceaccount:\S+.{0,40}(?:cannot|forbidden)/i,
    weight: 1,
  },
  {
    name: 'disruption-budget',
    class: 'infrastructure',
    meaning: 'a PodDisruptionBudget (PDB) forbids the eviction',
    pattern: /violate the pod's disruption budget/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'name-server-loop',
    class: 'network',
    meaning: 'the name server (CoreDNS) forwards queries to itself in a loop, so names (DNS) do not resolve',
    pattern: /plugin\/loop: Loop/,
    weight: 1,
    certain: true,
  },
  {
    name: 'conntrack-full',
    class: 'network',
    meaning: 'the connection tracking table (conntrack) of the node is full and packets are dropped',
    pattern: /conntrack: table full|nf_conntrack: falling back|ip_conntrack: table full/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'pod-network',
    class: 'network',
    meaning: "the pod network (CNI) cannot set up pods' interfaces",
    pattern:
      /no IP addresses available in range|failed to (?:assign|allocate) an? IP address|InsufficientFreeAddresses|cni plugin not initialized|network plugin is not ready|NetworkPluginNotReady|failed to set up (?:sandbox|pod) .{0,80}network|failed to setup network for sandbox/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'node-runtime',
    class: 'infrastructure',
    meaning: 'the kubelet or the container runtime of the node does not work',
    pattern:
      /PLEG is not healthy|container runtime is (?:down|not ready)|failed to run Kubelet|Error updating node status|runtime\.v1\.RuntimeService.{0,80}(?:Unavailable|DeadlineExceeded)/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'thread-deadlock',
    class: 'application',
    meaning: 'threads of the program wait for each other for ever (deadlock)',
    pattern: /Found one Java-level deadlock|\bFound \d+ deadlocks?\b|all goroutines are asleep - deadlock/,
    weight: 1,
    certain: true,
  },
  {
    name: 'kernel-setting',
    class: 'infrastructure',
    meaning: 'a kernel setting of its node is too low for it (sysctl, bootstrap check)',
    pattern: /vm\.max_map_count \[?\d+\]? is too low|bootstrap check failure .{0,80}(?:too low|is too)/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'packet-size',
    class: 'network',
    meaning: 'packets are larger than the network takes (MTU)',
    pattern: /frag(?:mentation)? needed and DF set|message too long, mtu|Frag needed|PMTU/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'webhook-call',
    class: 'infrastructure',
    meaning: 'the API server cannot call an admission webhook, so it refuses the change',
    pattern: /failed calling webhook "/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'tls-mismatch',
    class: 'network',
    meaning: 'one side speaks TLS (mTLS) and the other does not',
    pattern:
      /wrong[_ ]version[_ ]number|http: server gave HTTP response to HTTPS client|client sent an HTTP request to an HTTPS server|first record does not look like a TLS handshake|plain HTTP request was sent to HTTPS port|tlsv1 alert|certificate required|unexpected message type.{0,20}handshake|Unsupported or unrecognized SSL message/i,
    weight: 1,
  },
  {
    name: 'cloud-credentials',
    class: 'infrastructure',
    meaning: "the credentials or rights for the cloud's interfaces are missing or expired",
    pattern:
      /\(AccessDenied(?:Exception)?\) when calling|is not authorized to perform:|ExpiredToken|NoCredentialProviders|Unable to locate credentials|InvalidClientTokenId|SignatureDoesNotMatch|service account token has expired/,
    weight: 1,
  },
  {
    name: 'rate-limit',
    class: 'application',
    meaning: 'a callee refuses requests because their rate is over its limit (rate limit, too many requests)',
    pattern:
      /\b429 Too Many Requests|rate ?limit(?:ed|ing)? (?:exceeded|reached|hit)|RateLimitError|ThrottlingException|Too Many Requests|quota exceeded for|RESOURCE_EXHAUSTED|\b(?:answered|responded|returned|replied)(?: with)?(?: status)?(?: code)? \(?429\b|QUOTA_EXCEEDED|quota [^\n]{0,30}(?:used up|exhausted)/i,
    weight: 0.95,
  },
  {
    name: 'clock-skew',
    class: 'infrastructure',
    meaning:
      'the clocks of the machines differ (clock skew: one is ahead or behind), so what one signs is not yet or no longer valid for the other',
    pattern:
      /token used before issued|PrematureJwt|ImmatureSignature|token is not (?:yet valid|valid yet)|RequestTimeTooSkewed|\bclock skew\b|clocks? (?:is|are) (?:skewed|out of sync|not synchroni[sz]ed)|(?:iat|nbf|timestamp|time)\b[^\n]{0,40} in the future|System time +: +(?:[1-9]\d+|[2-9])\.\d+ seconds (?:fast|slow) of NTP time|Leap status +: Not synchroni[sz]ed/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'local-ports',
    class: 'network',
    meaning:
      'the local (ephemeral) ports of the client are used up, so it can open no further connections to that address',
    pattern:
      /(?<!bind\b.{0,80})(?<!listen\b.{0,120})(?<!\[::1\].{0,40})(?:cannot assign requested address|\bEADDRNOTAVAIL\b)/i,
    weight: 0.95,
  },
  {
    name: 'disk-full',
    class: 'resource',
    meaning: 'the disk is full: no space left on device',
    pattern:
      /no space left on device|\bENOSPC\b|disk (?:is )?full|quota exceeded.{0,20}disk|failed at offset \d+.{0,20}\(28\)|(?<!curl )\b(?:OS )?err(?:no|or)(?: code)?:? 28\b|disk quota exceeded/i,
    weight: 1,
  },
  {
    name: 'disk-error',
    class: 'infrastructure',
    meaning: 'data on the disk cannot be read or is corrupt (input/output error)',
    pattern:
      /input\/output error|\bEIO\b|\bI\/O error\b(?! on (?:GET|HEAD|POST|PUT|PATCH|DELETE) request)|checksum (?:mismatch|error|verification failed)|(?:page|block|file|data|index|table) (?:is )?corrupt/i,
    weight: 1,
  },
  {
    name: 'file-descriptors',
    class: 'resource',
    meaning: 'the file descriptors (open files) of the process or node are used up',
    pattern: /too many open files|EMFILE|ENFILE\b|file descriptors? (?:limit|exhaust)/i,
    weight: 1,
  },
  {
    name: 'threads',
    class: 'resource',
    meaning: 'no more threads or processes can be created',
    pattern:
      /unable to create (?:new )?native thread|pthread_create failed|resource temporarily unavailable|RejectedExecutionException|thread ?pool (?:is )?exhausted/i,
    weight: 0.9,
  },
  {
    name: 'consumer-behind',
    class: 'application',
    meaning: 'a consumer is too slow for its queue and is thrown out of its group (consumer lag, rebalance)',
    pattern:
      /poll timeout has expired|max\.poll\.interval|CommitFailedException|consumer (?:lag|is behind)|rebalance (?:failed|timed out)/i,
    weight: 0.9,
  },
  {
    name: 'out-of-memory',
    class: 'resource',
    meaning: 'memory ran out (out of memory)',
    pattern:
      /OutOfMemoryError|JavaScript heap out of memory|runtime: out of memory|Out of memory: Kill|MemoryError\b|cannot allocate memory|std::bad_alloc|OOMKilled|oom-kill|Killed process \d+ \(|OutOfMemoryException|Allowed memory size of \d+ bytes exhausted|perhaps out of memory\?/i,
    weight: 1,
  },
  {
    name: 'garbage-collection',
    class: 'resource',
    meaning:
      'its heap is nearly full: the collection of garbage (GC) stops the program for seconds and frees hardly any memory',
    pattern:
      /\bPause Full\b.{0,120}?\b\d{4,}(?:\.\d+)?ms\b|\[Full GC\b.{0,300}?\b(?:[1-9]\d*\.\d+) secs\]|\bto-space exhausted\b|\bMark-(?:sweep|Compact)\b.{0,120}?\b[1-9]\d{3,}\.\d+ \/ /,
    weight: 1,
    holds: freesLittle,
    certain: true,
  },
  {
    name: 'packet-loss',
    class: 'network',
    meaning: 'packets are lost in the network (packet loss)',
    pattern: /\b(?:[1-9]\d?|100)(?:\.\d+)?% packet loss|netem\b.{0,80}\b(?:loss|corrupt|duplicate) \d/i,
    weight: 1,
    certain: true,
  },
  {
    name: 'network-delay',
    class: 'network',
    meaning: 'the network delays packets (added latency)',
    pattern: /netem\b.{0,80}\bdelay \d/i,
    weight: 1,
    certain: true,
  },
];
