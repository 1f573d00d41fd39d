import type {
  AnyObject,
  ControllerRevision,
  Deployment,
  EndpointSlice,
  KubernetesEvent,
  Pod,
  ReplicaSet,
  Service,
} from './kubernetes-types.ts';

/** Where a listing begins: where the API's `continue` token says, or at the beginning of a state that was seen before. */
export type ListStart = { token?: string; resourceVersion?: string };

export type ListOptions = {
  /** All namespaces where it is missing. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Without it the listing is of now. */
  start?: ListStart;
  /** How many objects at most. */
  max?: number;
  signal: AbortSignal;
};

/** `complete` is false where the cluster holds more than was read, which begins at `token`. */
export type ListPage<T> = { items: T[]; complete: boolean; token: string | null; resourceVersion: string | null };

export type LogOptions = {
  namespace: string;
  name: string;
  container?: string;
  previous: boolean;
  tailLines: number;
  /** Where the log is cut off, from the beginning of those lines. */
  limitBytes: number;
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
  controllerRevisions: List<ControllerRevision>;
  /** Every object of a kind; `kinds` says which can be asked for. */
  objects(kind: string, options: ListOptions): Promise<ListPage<AnyObject>>;
  /** Each line begins with its time and a space. */
  podLog(options: LogOptions): Promise<string>;
};
