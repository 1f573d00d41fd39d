/** A label of OpenTelemetry as exporters of Prometheus, cAdvisor, kube-state-metrics and instrumentation libraries write it. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'service.name': ['service_name', 'service', 'app', 'application', 'app_kubernetes_io_name', 'job'],
  'k8s.namespace.name': ['k8s_namespace_name', 'namespace'],
  'k8s.pod.name': ['k8s_pod_name', 'pod', 'pod_name'],
  'k8s.deployment.name': ['k8s_deployment_name', 'deployment'],
  'k8s.container.name': ['k8s_container_name', 'container', 'container_name'],
  'k8s.node.name': ['k8s_node_name', 'node'],
  'host.name': ['host_name', 'nodename', 'instance'],
};

const plain = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(\d)/, '_$1');

/** The labels that may hold what is asked for, the best first. */
export function labelsFor(asked: string): readonly string[] {
  return ALIASES[asked] ?? [plain(asked)];
}

/** The labels that are asked for as they were asked for, from the first alias that has a value; missing ones are left out. */
export function renamed(labels: Record<string, string>, asked: readonly string[]): Record<string, string> {
  const entries = asked.flatMap((name) => {
    const value = labelsFor(name)
      .map((label) => labels[label])
      .find((one) => one);
    return value ? [[name, name === 'service.name' ? serviceOf(value) : value] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** OpenTelemetry writes job as `namespace/service`. */
export const serviceOf = (job: string): string => job.slice(job.lastIndexOf('/') + 1);
