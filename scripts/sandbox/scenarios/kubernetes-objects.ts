import { idOf } from './telemetry-rows.ts';
import type { KubernetesObject } from './telemetry-world.ts';

/** Kubernetes writes times in whole seconds. */
export function kubernetesTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export type ContainerState = {
  ready?: boolean;
  restarts?: number;
  waiting?: { reason: string; message: string };
  lastTermination?: { reason: string; exitCode: number; at: number };
};

export type PodInput = ContainerState & { suffix: string; createdAt: number; hash?: string; node?: string };

export type WorkloadInput = {
  name: string;
  namespace: string;
  image: string;
  port: number;
  pods: PodInput[];
  limits?: Record<string, string>;
  requests?: Record<string, string>;
  env?: { name: string; value: string }[];
  /** Earlier ReplicaSets of the deployment, scaled to zero. */
  previous?: { hash: string; image: string; createdAt: number }[];
};

const DEFAULT_HASH = '5d8f7c9b6d';

const labelsOf = (name: string) => ({ app: name, 'app.kubernetes.io/name': name });

function meta(name: string, namespace: string, createdAt: number, more: Record<string, unknown> = {}) {
  const uid = idOf(`${namespace}/${name}`, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { name, namespace, uid, resourceVersion: '1', creationTimestamp: kubernetesTime(createdAt), ...more };
}

/** The name of a pod of a workload. */
export function podName(name: string, pod: PodInput): string {
  return `${name}-${pod.hash ?? DEFAULT_HASH}-${pod.suffix}`;
}

function containerStatus(workload: WorkloadInput, pod: PodInput) {
  const { ready = true, restarts = 0, waiting, lastTermination } = pod;
  const startedAt = kubernetesTime(lastTermination?.at ?? pod.createdAt + 4_000);
  const { reason, exitCode, at = 0 } = lastTermination ?? {};
  return {
    name: workload.name,
    image: workload.image,
    imageID: `${workload.image}@sha256:${idOf(workload.image, 64)}`,
    ready,
    started: !waiting,
    restartCount: restarts,
    state: waiting ? { waiting } : { running: { startedAt } },
    lastState: lastTermination ? { terminated: { reason, exitCode, finishedAt: kubernetesTime(at) } } : {},
  };
}

function podConditions(pod: PodInput) {
  const ready = pod.ready ?? true;
  const since = kubernetesTime(pod.createdAt + 2_000);
  const problem = { reason: 'ContainersNotReady', message: 'containers with unready status: [app]' };
  return [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: since },
    { type: 'Initialized', status: 'True', lastTransitionTime: since },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', lastTransitionTime: since, ...(ready ? {} : problem) },
    { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since, ...(ready ? {} : problem) },
  ];
}

function podObject(workload: WorkloadInput, pod: PodInput, index: number): KubernetesObject {
  const { name, namespace, image, port, limits = {}, requests = {}, env = [] } = workload;
  const hash = pod.hash ?? DEFAULT_HASH;
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${name}-${hash}`,
    uid: idOf(hash, 32),
    controller: true,
  };
  const labels = { ...labelsOf(name), 'pod-template-hash': hash };
  const ip = `10.42.${(Number.parseInt(idOf(namespace, 2), 16) % 200) + 1}.${(Number.parseInt(idOf(name, 2), 16) % 120) * 2 + index + 1}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(podName(name, pod), namespace, pod.createdAt, { labels, ownerReferences: [owner] }),
    spec: {
      nodeName: pod.node ?? `node-${(index % 3) + 1}`,
      containers: [{ name, image, ports: [{ containerPort: port }], env, resources: { limits, requests } }],
    },
    status: {
      phase: 'Running',
      podIP: ip,
      startTime: kubernetesTime(pod.createdAt),
      conditions: podConditions(pod),
      containerStatuses: [containerStatus(workload, pod)],
    },
  };
}

function deploymentObject(workload: WorkloadInput, createdAt: number): KubernetesObject {
  const { name, namespace, image, pods } = workload;
  const ready = pods.filter((pod) => pod.ready ?? true).length;
  const minimum = ready === pods.length;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name, namespace, createdAt, { labels: labelsOf(name), generation: 3 }),
    spec: {
      replicas: pods.length,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: labelsOf(name) }, spec: { containers: [{ name, image }] } },
    },
    status: {
      observedGeneration: 3,
      replicas: pods.length,
      updatedReplicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: pods.length - ready,
      conditions: [
        {
          type: 'Available',
          status: minimum ? 'True' : 'False',
          reason: minimum ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
          message: minimum ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
        },
      ],
    },
  };
}

function replicaSetObject(workload: WorkloadInput, hash: string, image: string, createdAt: number, replicas: number) {
  const { name, namespace } = workload;
  const labels = { ...labelsOf(name), 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta(`${name}-${hash}`, namespace, createdAt, { labels }),
    spec: { replicas, selector: { matchLabels: labels }, template: { spec: { containers: [{ name, image }] } } },
    status: { replicas, readyReplicas: replicas },
  };
}

function serviceObject({ name, namespace, port }: WorkloadInput, createdAt: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(name, namespace, createdAt, { labels: labelsOf(name) }),
    spec: {
      type: 'ClusterIP',
      clusterIP: `10.96.${Number.parseInt(idOf(namespace, 2), 16)}.${Number.parseInt(idOf(name, 2), 16)}`,
      selector: { app: name },
      ports: [{ name: 'main', protocol: 'TCP', port, targetPort: port }],
    },
  };
}

const WORKLOAD_AGE_MS = 90 * 24 * 3_600_000;

/** A deployment with its ReplicaSets, pods and service. */
export function workload(input: WorkloadInput): KubernetesObject[] {
  const newest = input.pods[0];
  const createdAt = (newest?.createdAt ?? 0) - WORKLOAD_AGE_MS;
  const hash = newest?.hash ?? DEFAULT_HASH;
  const current = replicaSetObject(input, hash, input.image, newest?.createdAt ?? createdAt, input.pods.length);
  const old = (input.previous ?? []).map((set) => replicaSetObject(input, set.hash, set.image, set.createdAt, 0));
  return [
    deploymentObject(input, createdAt),
    current,
    ...old,
    serviceObject(input, createdAt),
    ...input.pods.map((pod, index) => podObject(input, pod, index)),
  ];
}

export type EventInput = {
  namespace: string;
  kind: string;
  name: string;
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
  firstSeen: number;
  lastSeen?: number;
  count?: number;
  component?: string;
};

/** A core/v1 event about an object. */
export function kubernetesEvent(event: EventInput): KubernetesObject {
  const { namespace, kind, name, type = 'Normal', reason, message, firstSeen, lastSeen = firstSeen, count = 1 } = event;
  const component = event.component ?? 'kubelet';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: meta(`${name}.${idOf(`${name} ${reason} ${message}`, 16)}`, namespace, firstSeen),
    involvedObject: { kind, namespace, name },
    type,
    reason,
    message,
    count,
    firstTimestamp: kubernetesTime(firstSeen),
    lastTimestamp: kubernetesTime(lastSeen),
    source: { component },
    reportingComponent: component,
  };
}

/** Any other object, for example a node, a namespace or an ingress. */
export function plainObject(
  apiVersion: string,
  kind: string,
  name: string,
  fields: Record<string, unknown> & { namespace?: string; createdAt: number },
): KubernetesObject {
  const { namespace, createdAt, ...rest } = fields;
  const metadata = meta(name, namespace ?? '', createdAt);
  if (!namespace) Reflect.deleteProperty(metadata, 'namespace');
  return { apiVersion, kind, metadata, ...rest };
}
