import type { KubeConfig as Config } from '@kubernetes/client-node/dist/config.js';
import type { RequestContext as Context } from '@kubernetes/client-node/dist/gen/http/http.js';
import { DependencyError } from '../../../errors.ts';
import { callFailure, configFailure, refusedFailure, unexpectedAnswer } from './kubernetes-failures.ts';
import type { KubernetesServerOptions } from './kubernetes-options.ts';
import type { KubernetesReader, ListOptions, ListPage } from './kubernetes-reader.ts';
import { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext } from './kubernetes-sdk.ts';
import type { AnyObject } from './kubernetes-types.ts';

/** Bounds a listing: a page is parsed in one go, and what is beyond the last page is reported as missing. */
const PAGE_SIZE = 250;
const MAX_PAGES = 12;
const MAX_LOG_BYTES = 512 * 1024;
/** Long enough to share connections within investigations, short enough to take up rotated certificates. */
const DISPATCHER_MS = 60_000;

function loadConfig({ kubeconfigPath, kubeConfig }: KubernetesServerOptions): Config {
  const config = new KubeConfig();
  try {
    if (kubeConfig !== undefined) config.loadFromString(kubeConfig);
    else if (kubeconfigPath !== undefined) config.loadFromFile(kubeconfigPath);
    else config.loadFromDefault();
    return config;
  } catch (error) {
    throw configFailure(error);
  }
}

type Dispatcher = NonNullable<ReturnType<Context['getDispatcher']>>;

/** The SDK makes a connection pool per call; this keeps one for a while, so that calls share connections. */
function createDispatcherCache(): (context: Context) => void {
  let kept: { dispatcher: Dispatcher; until: number } | null = null;
  return (context) => {
    const fresh = context.getDispatcher();
    if (!fresh) return;
    if (kept === null || Date.now() > kept.until) {
      kept?.dispatcher.close().catch(() => {});
      kept = { dispatcher: fresh, until: Date.now() + DISPATCHER_MS };
    }
    context.setDispatcher(kept.dispatcher);
  };
}

type Query = Record<string, string | number | boolean | undefined>;
type Get = (what: string, path: string, query: Query, signal: AbortSignal) => Promise<string>;

/** A GET with its deadline, as text; its failure is a DependencyError. */
function createGet(config: Config, timeoutMs: number): Get {
  const http = new IsomorphicFetchHttpLibrary();
  const shareDispatcher = createDispatcherCache();
  const send = async (path: string, query: Query, signal: AbortSignal) => {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw configFailure(new Error('it names no current cluster'));
    const context = new RequestContext(`${cluster.server.replace(/\/$/, '')}${path}`, HttpMethod.GET);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) context.setQueryParam(name, String(value));
    }
    context.setSignal(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    await config.applySecurityAuthentication(context);
    shareDispatcher(context);
    const { httpStatusCode, headers, body } = await http.send(context).toPromise();
    return { code: httpStatusCode, headers, body: await body.text() };
  };
  return async (what, path, query, signal) => {
    const answer = await send(path, query, signal).catch((error) => {
      throw callFailure(what, error, signal);
    });
    if (answer.code < 200 || answer.code > 299) throw refusedFailure(what, answer, answer.body);
    return answer.body;
  };
}

type Place = [group: string, resource: string];

const PODS: Place = ['api/v1', 'pods'];
const EVENTS: Place = ['api/v1', 'events'];
const ENDPOINT_SLICES: Place = ['apis/discovery.k8s.io/v1', 'endpointslices'];
/** Where the API keeps the objects of a kind. */
const KINDS = {
  Deployment: ['apis/apps/v1', 'deployments'],
  ReplicaSet: ['apis/apps/v1', 'replicasets'],
  StatefulSet: ['apis/apps/v1', 'statefulsets'],
  DaemonSet: ['apis/apps/v1', 'daemonsets'],
  Job: ['apis/batch/v1', 'jobs'],
  CronJob: ['apis/batch/v1', 'cronjobs'],
  Service: ['api/v1', 'services'],
  ResourceQuota: ['api/v1', 'resourcequotas'],
  LimitRange: ['api/v1', 'limitranges'],
  PersistentVolumeClaim: ['api/v1', 'persistentvolumeclaims'],
  Ingress: ['apis/networking.k8s.io/v1', 'ingresses'],
  NetworkPolicy: ['apis/networking.k8s.io/v1', 'networkpolicies'],
  HorizontalPodAutoscaler: ['apis/autoscaling/v2', 'horizontalpodautoscalers'],
  PodDisruptionBudget: ['apis/policy/v1', 'poddisruptionbudgets'],
  Node: ['api/v1', 'nodes'],
} satisfies Record<string, Place>;

const isKind = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind);

const inNamespace = (namespace: string | undefined) =>
  namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;

/** Every page of a listing up to the bound; of one namespace or, where none is given, of all. */
async function listAll<T>(get: Get, [group, resource]: Place, options: ListOptions): Promise<ListPage<T>> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { labelSelector, fieldSelector, limit: PAGE_SIZE, continue: token };
    const answer = await get(`list ${resource}`, `/${group}${inNamespace(namespace)}/${resource}`, query, signal);
    const read = readList<T>(answer, resource);
    items.push(...read.items);
    token = read.metadata?.continue || undefined;
    if (!token) return { items, complete: true };
  }
  return { items, complete: false };
}

/** Reads through the SDK, and only reads: no call that changes something exists here. */
export function createKubernetesClient(options: KubernetesServerOptions): KubernetesReader {
  const get = createGet(loadConfig(options), options.timeoutMs);
  const list =
    <T>(place: Place) =>
    (listed: ListOptions) =>
      listAll<T>(get, place, listed);
  return {
    pods: list(PODS),
    services: list(KINDS.Service),
    events: list(EVENTS),
    endpointSlices: list(ENDPOINT_SLICES),
    deployments: list(KINDS.Deployment),
    replicaSets: list(KINDS.ReplicaSet),
    async objects(kind, listed) {
      if (!isKind(kind)) throw new DependencyError('kubernetes', 'bad_request', `objects of kind ${kind} are not read`);
      const { items, complete } = await listAll<AnyObject>(get, KINDS[kind], listed);
      return { items: items.map((item) => ({ ...item, kind })), complete };
    },
    podLog: ({ namespace, name, signal, ...query }) => {
      const path = `/api/v1${inNamespace(namespace)}/pods/${encodeURIComponent(name)}/log`;
      return get('read log', path, { ...query, limitBytes: MAX_LOG_BYTES }, signal);
    },
  };
}

type List<T> = { items: T[]; metadata?: { continue?: string } };

function readList<T>(text: string, resource: string): List<T> {
  try {
    const list = JSON.parse(text, toDate);
    if (Array.isArray(list?.items)) return list;
  } catch (error) {
    throw unexpectedAnswer(`list ${resource}`, error);
  }
  throw unexpectedAnswer(`list ${resource}`, new Error('it holds no items'));
}

/** The names under which the API writes times. */
const TIME_FIELD = /(?:Timestamp|Time|edAt)$|^time$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

function toDate(name: string, value: unknown): unknown {
  const isTime = typeof value === 'string' && TIME_FIELD.test(name) && RFC_3339.test(value);
  return isTime ? new Date(value) : value;
}
