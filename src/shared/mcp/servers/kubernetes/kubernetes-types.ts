/**
 * The parts of Kubernetes objects that we read, as the SDK types them. Environment, volumes and annotations are left out
 * on purpose: what is not read cannot leak.
 */
export type Metadata = {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  creationTimestamp?: Date;
  ownerReferences?: { kind: string; name: string }[];
  managedFields?: { manager?: string; time?: Date; subresource?: string }[];
};

type Terminated = { reason?: string; exitCode: number; message?: string; startedAt?: Date; finishedAt?: Date };

export type ContainerState = {
  running?: { startedAt?: Date };
  waiting?: { reason?: string; message?: string };
  terminated?: Terminated;
};

export type ContainerStatus = {
  name: string;
  image: string;
  ready: boolean;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
};

export type ContainerSpec = {
  name: string;
  image?: string;
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
};

export type Condition = { type: string; status: string; reason?: string; message?: string };

export type Pod = {
  metadata?: Metadata;
  spec?: { nodeName?: string; containers: ContainerSpec[]; initContainers?: ContainerSpec[] };
  status?: {
    phase?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

export type Service = {
  metadata?: Metadata;
  spec?: {
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: string | number }[];
  };
};

export type EndpointSlice = {
  ports?: { port?: number }[];
  endpoints?: {
    addresses: string[];
    conditions?: { ready?: boolean };
    targetRef?: { name?: string };
  }[];
};

export type KubernetesEvent = {
  metadata: Metadata;
  involvedObject: { kind?: string; name?: string; namespace?: string };
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: Date;
  lastTimestamp?: Date;
  eventTime?: Date;
  series?: { count?: number; lastObservedTime?: Date };
};

export type PodTemplate = { spec?: { containers: ContainerSpec[] } };

export type Deployment = {
  metadata?: Metadata;
  spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> }; template?: PodTemplate };
  status?: {
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
};

export type ReplicaSet = {
  metadata?: Metadata;
  spec?: { replicas?: number; template?: PodTemplate };
  status?: { readyReplicas?: number };
};

/** One state of the pods of a StatefulSet or DaemonSet; the `data` of other owners has other forms. */
export type ControllerRevision = {
  metadata?: Metadata;
  data?: { spec?: { template?: PodTemplate } };
};

/** Any object, with all that the API tells of it. */
export type AnyObject = { kind?: string; metadata?: Metadata } & Record<string, unknown>;
