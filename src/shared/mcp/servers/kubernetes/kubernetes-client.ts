import {
  ApiException,
  AppsV1Api,
  type ConfigurationOptions,
  CoreV1Api,
  DiscoveryV1Api,
  KubeConfig,
  Observable,
  type ObservableMiddleware,
  type RequestContext,
} from '@kubernetes/client-node';
import { callFailure, configFailure, refusedFailure } from './kubernetes-failures.ts';
import type { KubernetesServerOptions } from './kubernetes-options.ts';
import type { KubernetesReader, ListOptions, ListPage, LogOptions } from './kubernetes-reader.ts';

/** Bounds a listing: a page is parsed in one go, and what is beyond the last page is reported as missing. */
const PAGE_SIZE = 250;
const MAX_PAGES = 12;
const MAX_LOG_BYTES = 512 * 1024;
/** Long enough to share connections within investigations, short enough to take up rotated certificates. */
const DISPATCHER_MS = 60_000;

type Options = ConfigurationOptions<ObservableMiddleware>;

function loadConfig({ kubeconfigPath, kubeConfig }: KubernetesServerOptions): KubeConfig {
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

const resolved = <T>(value: T) => new Observable(Promise.resolve(value));

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/** The SDK makes a connection pool per call; this keeps one for a while, so that calls share connections. */
function createDispatcherCache(): (context: RequestContext) => void {
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

/** The SDK takes a signal only through the request context. */
function withSignal(signal: AbortSignal, shareDispatcher: (context: RequestContext) => void): Options {
  const middleware: ObservableMiddleware = {
    pre(context) {
      context.setSignal(signal);
      shareDispatcher(context);
      return resolved(context);
    },
    post: (response) => resolved(response),
  };
  return { middleware: [middleware], middlewareMergeStrategy: 'append' };
}

type ListAnswer<T> = { items: T[]; metadata?: { _continue?: string } };

async function allPages<T>(list: (token?: string) => Promise<ListAnswer<T>>): Promise<ListPage<T>> {
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await list(token);
    items.push(...answer.items);
    token = answer.metadata?._continue || undefined;
    if (!token) return { items, complete: true };
  }
  return { items, complete: false };
}

type Ask = <T>(what: string, signal: AbortSignal, call: (options: Options) => Promise<T>) => Promise<T>;

/** A call with its deadline, whose failure is a DependencyError. */
function createAsk(timeoutMs: number): Ask {
  const shareDispatcher = createDispatcherCache();
  return async (what, signal, call) => {
    try {
      return await call(withSignal(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), shareDispatcher));
    } catch (error) {
      if (error instanceof ApiException) throw refusedFailure(what, error, error);
      throw callFailure(what, error, signal);
    }
  };
}

type ListRequest = { labelSelector?: string; fieldSelector?: string; limit: number; _continue?: string };

/** Makes listings that go to one namespace or, where none is given, to all of them. */
function createLister(ask: Ask) {
  return <T>(
    what: string,
    inNamespace: (request: ListRequest & { namespace: string }, call: Options) => Promise<ListAnswer<T>>,
    inAll: (request: ListRequest, call: Options) => Promise<ListAnswer<T>>,
  ) =>
    ({ namespace, labelSelector, fieldSelector, signal }: ListOptions): Promise<ListPage<T>> =>
      allPages((token) => {
        const request = { labelSelector, fieldSelector, limit: PAGE_SIZE, _continue: token };
        return ask(what, signal, (call) =>
          namespace === undefined ? inAll(request, call) : inNamespace({ ...request, namespace }, call),
        );
      });
}

/** Reads through the SDK, and only reads: no call that changes something exists here. The only file that knows the SDK. */
export function createKubernetesClient(options: KubernetesServerOptions): KubernetesReader {
  const config = loadConfig(options);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const discovery = config.makeApiClient(DiscoveryV1Api);
  const ask = createAsk(options.timeoutMs);
  const lister = createLister(ask);
  return {
    pods: lister(
      'list pods',
      (request, call) => core.listNamespacedPod(request, call),
      (request, call) => core.listPodForAllNamespaces(request, call),
    ),
    services: lister(
      'list services',
      (request, call) => core.listNamespacedService(request, call),
      (request, call) => core.listServiceForAllNamespaces(request, call),
    ),
    events: lister(
      'list events',
      (request, call) => core.listNamespacedEvent(request, call),
      (request, call) => core.listEventForAllNamespaces(request, call),
    ),
    endpointSlices: lister(
      'list endpointslices',
      (request, call) => discovery.listNamespacedEndpointSlice(request, call),
      (request, call) => discovery.listEndpointSliceForAllNamespaces(request, call),
    ),
    deployments: lister(
      'list deployments',
      (request, call) => apps.listNamespacedDeployment(request, call),
      (request, call) => apps.listDeploymentForAllNamespaces(request, call),
    ),
    replicaSets: lister(
      'list replicasets',
      (request, call) => apps.listNamespacedReplicaSet(request, call),
      (request, call) => apps.listReplicaSetForAllNamespaces(request, call),
    ),
    podLog({ signal, ...request }: LogOptions) {
      const limited = { ...request, limitBytes: MAX_LOG_BYTES };
      return ask('read log', signal, (call) => core.readNamespacedPodLog(limited, call));
    },
  };
}
