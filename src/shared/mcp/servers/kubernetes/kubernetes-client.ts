import type { KubeConfig as Config } from '@kubernetes/client-node/dist/config.js';
import { DependencyError } from '../../../errors.ts';
import type { ObjectKind } from '../../capability-schemas/kubernetes-reads.ts';
import { configFailure } from './kubernetes-failures.ts';
import { createGet } from './kubernetes-http.ts';
import type { KubernetesServerOptions } from './kubernetes-options.ts';
import type { KubernetesReader, ListOptions } from './kubernetes-reader.ts';
import { KubeConfig } from './kubernetes-sdk.ts';
import type { AnyObject, ControllerRevision, Metadata, PodTemplate, ReplicaSet } from './kubernetes-types.ts';
import { inNamespace, type Place, readList } from './read-list.ts';

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

const PODS: Place = ['api/v1', 'pods'];
const EVENTS: Place = ['api/v1', 'events'];
const ENDPOINT_SLICES: Place = ['apis/discovery.k8s.io/v1', 'endpointslices'];
const CONTROLLER_REVISIONS: Place = ['apis/apps/v1', 'controllerrevisions'];
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
  ConfigMap: ['api/v1', 'configmaps'],
  ServiceAccount: ['api/v1', 'serviceaccounts'],
  PersistentVolume: ['api/v1', 'persistentvolumes'],
  StorageClass: ['apis/storage.k8s.io/v1', 'storageclasses'],
  IngressClass: ['apis/networking.k8s.io/v1', 'ingressclasses'],
  Gateway: ['apis/gateway.networking.k8s.io/v1', 'gateways'],
  HTTPRoute: ['apis/gateway.networking.k8s.io/v1', 'httproutes'],
  GRPCRoute: ['apis/gateway.networking.k8s.io/v1', 'grpcroutes'],
  ValidatingWebhookConfiguration: ['apis/admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  MutatingWebhookConfiguration: ['apis/admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations'],
} satisfies Record<ObjectKind, Place>;

/** What is read of a ReplicaSet; thousands of them are held at once, each with a whole pod template. */
function leanReplicaSet({ metadata, spec, status }: ReplicaSet): ReplicaSet {
  return {
    metadata: leanMetadata(metadata),
    spec: { replicas: spec?.replicas, template: leanTemplate(spec?.template) },
    status: { readyReplicas: status?.readyReplicas },
  };
}

/** The same of a ControllerRevision. */
function leanRevision({ metadata, data }: ControllerRevision): ControllerRevision {
  return { metadata: leanMetadata(metadata), data: { spec: { template: leanTemplate(data?.spec?.template) } } };
}

function leanMetadata({ name, namespace, creationTimestamp, ownerReferences }: Metadata = {}): Metadata {
  return { name, namespace, creationTimestamp, ownerReferences };
}

function leanTemplate(template: PodTemplate | undefined): PodTemplate {
  const containers = (template?.spec?.containers ?? []).map(({ name, image, resources }) => ({
    name,
    image,
    resources,
  }));
  return { spec: { containers } };
}

const isKind = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind);

/** Reads through the SDK, and only reads: no call that changes something exists here. */
export function createKubernetesClient(options: KubernetesServerOptions): KubernetesReader {
  const get = createGet(loadConfig(options), options.timeoutMs);
  const list =
    <T>(place: Place, pick?: (item: T) => T) =>
    (listed: ListOptions) =>
      readList<T>(get, place, listed, pick);
  return {
    pods: list(PODS),
    services: list(KINDS.Service),
    events: list(EVENTS),
    endpointSlices: list(ENDPOINT_SLICES),
    deployments: list(KINDS.Deployment),
    replicaSets: list(KINDS.ReplicaSet, leanReplicaSet),
    controllerRevisions: list(CONTROLLER_REVISIONS, leanRevision),
    async objects(kind, listed) {
      if (!isKind(kind)) throw new DependencyError('kubernetes', 'bad_request', `objects of kind ${kind} are not read`);
      const { items, ...rest } = await readList<AnyObject>(get, KINDS[kind], listed);
      return { items: items.map((item) => ({ ...item, kind })), ...rest };
    },
    podLog: ({ namespace, name, signal, ...query }) => {
      const path = `/api/v1${inNamespace(namespace)}/pods/${encodeURIComponent(name)}/log`;
      return get('read log', path, { ...query, timestamps: true }, signal);
    },
  };
}
