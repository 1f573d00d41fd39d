import { workloadOf } from '../../detectors/support/names.ts';

/** A service, or one instance of it; telemetry that tells no instance is the service's. */
export type Component = { service: string; instance: string | null };

const SERVICE_LABELS = [
  'service.name',
  'service_name',
  'service',
  'app.kubernetes.io/name',
  'app_kubernetes_io_name',
  'k8s.deployment.name',
  'deployment',
  'app',
  'job',
];
const INSTANCE_LABELS = [
  'k8s.pod.name',
  'k8s_pod_name',
  'pod',
  'pod_name',
  'service.instance.id',
  'service_instance_id',
  'container.id',
  'instance',
  'host.name',
];

/** Kubelets tell the pod only; its name begins with the workload's. */
export function serviceIn(labels: Record<string, string>): string | null {
  const pod = labels['k8s.pod.name'];
  return firstOf(labels, SERVICE_LABELS) ?? (pod ? workloadOf(pod) : null);
}
export const instanceIn = (labels: Record<string, string>): string | null => firstOf(labels, INSTANCE_LABELS);

function firstOf(labels: Record<string, string>, names: readonly string[]): string | null {
  for (const name of names) {
    if (labels[name]) return labels[name];
  }
  return null;
}

/** Labels that say which service and which instance a series is of; the others tell series of one component apart. */
export const isComponentLabel = (name: string) => SERVICE_LABELS.includes(name) || INSTANCE_LABELS.includes(name);

/** The same for the same component; no service name holds a zero character. */
export const componentKey = ({ service, instance }: Component): string => `${service}\u0000${instance ?? ''}`;

export function componentOf(key: string): Component {
  const [service = '', instance = ''] = key.split('\u0000');
  return { service, instance: instance || null };
}
