/** Labels that name what an alert is about, best first. `instance` and `host` come last: a machine is not a service. */
const SERVICE_LABELS = [
  'service',
  'service_name',
  'service.name',
  'servicename',
  'app',
  'app_kubernetes_io_name',
  'app.kubernetes.io/name',
  'k8s_app',
  'application',
  'component_name',
  'microservice',
  'deployment',
  'kube_deployment',
  'k8s.deployment.name',
  'k8s_deployment_name',
  'statefulset',
  'kube_stateful_set',
  'k8s.statefulset.name',
  'daemonset',
  'kube_daemon_set',
  'workload',
  'workload_name',
  'destination_workload',
  'destination_service_name',
  'container',
  'container_name',
  'kube_container_name',
  'k8s.container.name',
  'pod',
  'pod_name',
  'kube_pod',
  'k8s.pod.name',
  'k8s_pod_name',
  'job_name',
  'kube_job',
  'cronjob',
  'job',
  'project',
  'project_slug',
  'pipeline_name',
  'dbinstanceidentifier',
  'functionname',
  'queuename',
  'tablename',
  'loadbalancer',
  'ingress',
  'host',
  'hostname',
  'instance',
  'node',
  'target',
  'resource_name',
  'resource_id',
] as const;

const POD_LABELS = new Set(['pod', 'pod_name', 'kube_pod', 'k8s.pod.name', 'k8s_pod_name']);

const NAMESPACE_LABELS = [
  'namespace',
  'kube_namespace',
  'k8s_namespace',
  'k8s.namespace.name',
  'k8s_namespace_name',
  'exported_namespace',
  'destination_service_namespace',
  'kubernetes_namespace',
];

/** What measures, not what is measured: such a value counts only where nothing better is known. */
const MEASURER =
  /^(?:.*[-_])?(?:kube-state-metrics|node-exporter|node_exporter|[a-z]+[-_]exporter|blackbox|cadvisor|kubelet|prometheus-operator|pushgateway|metrics-server|otel-collector|node|docker_nodes|monitoring|probe|snmp|federate|pod|pods|kubernetes-(?:pods|nodes|service-endpoints))$/i;
const PLACEHOLDER = /\{\{|^\$|^(?:unknown|none|n\/a|-|<no value>|\*.*\*|POD)$/i;

/** The service that labels name, by the documented preference; null when none does. Names are matched without case. */
export function serviceFromLabels(labels: Record<string, string>): string | null {
  const byName = new Map(Object.entries(labels).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  let measurer: string | null = null;
  for (const label of SERVICE_LABELS) {
    const value = byName.get(label);
    if (!value || value.length > 200 || PLACEHOLDER.test(value)) continue;
    const service = plainName(label, value);
    if (!MEASURER.test(service)) return service;
    measurer ??= service;
  }
  return measurer;
}

/** The Kubernetes namespace that labels name; null when none does. */
export function namespaceFromLabels(labels: Record<string, string>): string | null {
  for (const label of NAMESPACE_LABELS) {
    const value = labels[label]?.trim();
    if (value && value.length <= 200 && !value.includes('/') && !PLACEHOLDER.test(value)) return value;
  }
  return null;
}

function plainName(label: string, value: string): string {
  if (POD_LABELS.has(label)) return workloadOfPod(value);
  if (label === 'instance' || label === 'target') return hostOf(value);
  return value;
}

const REPLICA_SET_POD = /-[0-9a-f]{6,10}-[0-9a-z]{5}$/;

/** A pod's name without what its controller appended: `user-service-7d9f8b6c4d-x2x9z` is `user-service`. */
export function workloadOfPod(pod: string): string {
  return (
    pod
      .replace(REPLICA_SET_POD, '')
      .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '')
      .replace(/-\d{1,4}$/, '') || pod
  );
}

/** The host of `https://host:port/path`, `host:port` or `host`. */
function hostOf(value: string): string {
  const bare = value.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '');
  return bare.startsWith('[') ? bare : (bare.split(/[/?#:]/)[0] ?? bare);
}

const HOST = /\b((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}(?:[a-z]{2,18}))\b/i;
/** Names of files and versions look like hosts. */
const NOT_A_HOST =
  /\.(?:js|ts|py|go|java|rb|php|rs|json|ya?ml|log|txt|sh|sql|conf|html?|md|cs|cpp|jsx?|tsx?|xml|csv|gz|exe|dll|so|prom|rules|total|count|sum|bucket|duration|usage|user|idle|percent|bytes)$/i;
const NAMED =
  /\b([a-z][a-z0-9]{0,40}(?:[-_][a-z0-9]{1,40}){0,6}[-_](?:service|svc|api|app|db|server|worker|gateway|backend|frontend|proxy|cache|queue|consumer|producer|job|web|ui|bff|manager|controller|operator|processor|handler|engine|store|cluster|primary|replica))\b/i;
const INTRODUCED =
  /\b(?:service|application|app|deployment|container|host|server|component|workload|statefulset)[ :=]{1,3}["'`]?([a-z0-9][\w.-]{1,80})/i;
const BOUND = /(?:\b(?:for|on|in|of|from|at|to)|:)\s+["'`]?([a-z][a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){1,8})\b/i;
/** Words with a hyphen or behind "service" that name no service. */
const COMMON =
  /^(?:oom|oomkill(?:ed)?|cpu|memory|disk|killed|restart\w*|crash\w*|is|are|was|has|not|the|and|for|down|up|in|on|at|to|of|with|from|level|name|error|errors|failed|failure|unavailable|high|low|long-running|real-time|read-only|on-call|follow-up|non-heap|time-out|end-to-end|out-of-memory|up-to-date|per-second|short-lived)$/i;

/** The service, host or workload that a sentence names ("pool exhausted for user-service"); null when none is told. */
export function serviceFromText(text: string): string | null {
  const head = text.slice(0, 600).replace(/\{\{[^}]{0,200}\}\}/g, '');
  for (const pattern of [NAMED, HOST, INTRODUCED, BOUND]) {
    const found = pattern.exec(head)?.[1]?.replace(/[.\-_]+$/, '');
    if (!found || COMMON.test(found)) continue;
    if (pattern === HOST && NOT_A_HOST.test(found)) continue;
    return found.replace(REPLICA_SET_POD, '');
  }
  return null;
}
