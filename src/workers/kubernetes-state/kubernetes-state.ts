import type { Raw } from './raw.ts';

/**
 * The words of what is known of a cluster, from whatever it was read: API objects, `kubectl` text, snapshots, answers of tools.
 * Unknown is null or an empty list; nothing is guessed.
 */

export type Meta = {
  kind: string;
  name: string;
  namespace: string | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  owner: { kind: string; name: string } | null;
  /** True while Kubernetes tears the object down. */
  deleting: boolean;
  createdAt: string | null;
  /** The evidence that tells of it. */
  evidence: number[];
  /** Everything that was read, in the form of the API. */
  raw: Raw;
};

export type Probe = {
  kind: 'liveness' | 'readiness' | 'startup';
  type: 'http' | 'tcp' | 'exec' | 'grpc' | 'unknown';
  port: string | null;
  path: string | null;
  initialDelaySeconds: number | null;
  timeoutSeconds: number | null;
  periodSeconds: number | null;
  failureThreshold: number | null;
};

export type Reference = { kind: 'ConfigMap' | 'Secret'; name: string; key: string | null; optional: boolean };

export type EnvVar = { name: string; value: string | null; from: Reference | null };

export type ContainerState = {
  state: 'running' | 'waiting' | 'terminated' | 'unknown';
  reason: string | null;
  message: string | null;
  exitCode: number | null;
  startedAt: string | null;
  finishedAt: string | null;
};

export type Container = {
  name: string;
  image: string | null;
  command: string[];
  args: string[];
  env: EnvVar[];
  envFrom: Reference[];
  ports: { name: string | null; port: number; protocol: string }[];
  probes: Probe[];
  requests: Record<string, string>;
  limits: Record<string, string>;
  mounts: { volume: string; path: string; subPath: string | null }[];
  status: ContainerState | null;
  last: ContainerState | null;
  ready: boolean | null;
  restarts: number | null;
};

export type Volume = { name: string; claim: string | null; reference: Reference | null; items: string[] };

/** What a pod is made of, as a pod has it or as a workload's template asks for it. */
export type PodTemplate = {
  labels: Record<string, string>;
  containers: Container[];
  initContainers: Container[];
  volumes: Volume[];
  serviceAccount: string | null;
  nodeName: string | null;
  nodeSelector: Record<string, string>;
  tolerations: { key: string | null; operator: string; effect: string | null }[];
  dnsPolicy: string | null;
  nameservers: string[];
  hostNetwork: boolean;
  imagePullSecrets: string[];
  priorityClass: string | null;
  affinity: Raw;
};

export type Condition = {
  type: string;
  status: string;
  reason: string | null;
  message: string | null;
  changedAt: string | null;
};

export type Pod = Meta & {
  template: PodTemplate;
  phase: string | null;
  /** The word of the STATUS column or of `status.reason`, for example Evicted or CrashLoopBackOff. */
  reason: string | null;
  message: string | null;
  node: string | null;
  ip: string | null;
  conditions: Condition[];
  /** Null where no status was read. */
  ready: boolean | null;
  restarts: number | null;
  /** Seconds since the latest restart, where the text tells it. */
  restartedAgo: number | null;
  /** True when it came from `pods.status`, which detectors of its own read. */
  answered: boolean;
};

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'] as const;

export type Workload = Meta & {
  template: PodTemplate | null;
  selector: Record<string, string>;
  desired: number | null;
  current: number | null;
  ready: number | null;
  available: number | null;
  updated: number | null;
  conditions: Condition[];
  paused: boolean;
  newReplicaSet: string | null;
  oldReplicaSets: string[];
  job: {
    active: number | null;
    succeeded: number | null;
    failed: number | null;
    completions: number | null;
    backoffLimit: number | null;
  };
  schedule: string | null;
  suspended: boolean;
  claimTemplates: { name: string; storageClass: string | null }[];
};

export type ServicePort = {
  name: string | null;
  port: number;
  targetPort: string | null;
  protocol: string;
};

export type Service = Meta & {
  type: string | null;
  selector: Record<string, string>;
  ports: ServicePort[];
  clusterIp: string | null;
  externalName: string | null;
  loadBalancer: string[];
  /** Null where nothing tells of endpoints; `address:port` texts else. */
  endpoints: string[] | null;
  notReady: string[];
};

export type Claim = Meta & {
  phase: string | null;
  storageClass: string | null;
  volume: string | null;
  accessModes: string[];
  request: string | null;
  selector: boolean;
};

export type Node = Meta & {
  conditions: Condition[];
  /** Null where nothing tells. */
  ready: boolean | null;
  taints: { key: string; value: string | null; effect: string }[];
  unschedulable: boolean;
  capacity: Record<string, string>;
  allocatable: Record<string, string>;
};

export type KubeEvent = {
  type: string;
  reason: string;
  message: string;
  kind: string;
  name: string;
  namespace: string | null;
  count: number;
  /** ISO 8601, null where the text tells only an age. */
  firstSeen: string | null;
  lastSeen: string | null;
  /** Seconds since it was last seen, where only an age is told. */
  ageSeconds: number | null;
  evidence: number;
};

/** Lines that a container (or a command inside it) wrote. */
export type LogText = {
  pod: string | null;
  namespace: string | null;
  service: string | null;
  container: string | null;
  previous: boolean;
  /** What the lines were searched for, null for the whole log. */
  filter: string | null;
  /** The command that printed it inside the container; null (or absent) for the container's own log. */
  command?: string | null;
  /** True when it came from `pods.logs`, which detectors of its own read. */
  answered?: boolean;
  lines: string[];
  evidence: number;
};

/** A metric over time that a tool printed: its name and query, its labels, and its values as they stand there, oldest first. */
export type PrintedSeries = { asked: string; labels: Record<string, string>; points: string[]; evidence: number };

/** Kinds of which a complete list was read, as `Kind|namespace`, with `*` for all namespaces. */
export type Listed = ReadonlySet<string>;

export type KubernetesState = {
  pods: Pod[];
  workloads: Workload[];
  services: Service[];
  claims: Claim[];
  nodes: Node[];
  /** All other kinds, by kind. */
  others: Map<string, Meta[]>;
  events: KubeEvent[];
  logs: LogText[];
  series: PrintedSeries[];
  listed: Listed;
  /** Objects that a command looked for in vain, as `Kind|namespace|name`. */
  missing: Map<string, number>;
  /** True when objects without status were read: what is desired, not what is. */
  desiredOnly: boolean;
};
