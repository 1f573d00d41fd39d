import type {
  AnyObject,
  Deployment,
  EndpointSlice,
  KubernetesEvent,
  Pod,
  ReplicaSet,
  Service,
} from './kubernetes-types.ts';

export type ListOptions = {
  /** All namespaces where it is missing. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal: AbortSignal;
};

/** `complete` is false where the cluster holds more than was read. */
export type ListPage<T> = { items: T[]; complete: boolean };

export type LogOptions = {
  namespace: string;
  name: string;
  container?: string;
  previous: boolean;
  tailLines: number;
  signal: AbortSignal;
};

type List<T> = (options: ListOptions) => Promise<ListPage<T>>;

/** What the tools read from a cluster; every method throws DependencyError (dependency `kubernetes`). */
export type KubernetesReader = {
  pods: List<Pod>;
  services: List<Service>;
  events: List<KubernetesEvent>;
  endpointSlices: List<EndpointSlice>;
  deployments: List<Deployment>;
  replicaSets: List<ReplicaSet>;
  /** Every object of a kind; `kinds` says which can be asked for. */
  objects(kind: string, options: ListOptions): Promise<ListPage<AnyObject>>;
  podLog(options: LogOptions): Promise<string>;
};
