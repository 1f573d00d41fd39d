import type { KubernetesObject } from '../scenarios/telemetry-world.ts';

type Pod = KubernetesObject & {
  spec: { nodeName: string };
  status: { podIP: string; conditions: { type: string; status: string }[] };
};
type Service = KubernetesObject & {
  spec: {
    selector?: Record<string, string>;
    ports: { name: string; protocol: string; port: number; targetPort: number }[];
  };
};

const isReady = (pod: Pod) => pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

function selectedPods(objects: KubernetesObject[], service: Service): Pod[] {
  const selector = Object.entries(service.spec.selector ?? {});
  return objects.filter((object): object is Pod => {
    if (object.kind !== 'Pod' || object.metadata.namespace !== service.metadata.namespace) return false;
    const labels = (object.metadata.labels ?? {}) as Record<string, string>;
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
}

const reference = ({ metadata }: Pod) => ({ kind: 'Pod', name: metadata.name, namespace: metadata.namespace });

function endpointsOf(service: Service, pods: Pod[]): KubernetesObject {
  const addressOf = (pod: Pod) => ({ ip: pod.status.podIP, nodeName: pod.spec.nodeName, targetRef: reference(pod) });
  const ports = service.spec.ports.map(({ name, protocol, targetPort }) => ({ name, protocol, port: targetPort }));
  const addresses = pods.filter(isReady).map(addressOf);
  const notReadyAddresses = pods.filter((pod) => !isReady(pod)).map(addressOf);
  const subset = {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
    ports,
  };
  const { name, namespace, creationTimestamp } = service.metadata;
  const metadata = { name, namespace, creationTimestamp };
  return { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: pods.length > 0 ? [subset] : [] };
}

function sliceOf(service: Service, pods: Pod[]): KubernetesObject {
  const { name, namespace, creationTimestamp } = service.metadata;
  const labels = { 'kubernetes.io/service-name': name };
  const endpointOf = (pod: Pod) => {
    const ready = isReady(pod);
    const conditions = { ready, serving: ready, terminating: false };
    return { addresses: [pod.status.podIP], conditions, nodeName: pod.spec.nodeName, targetRef: reference(pod) };
  };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-x7k2p`, namespace, creationTimestamp, labels },
    addressType: 'IPv4',
    ports: service.spec.ports.map(({ name: port, protocol, targetPort }) => ({
      name: port,
      protocol,
      port: targetPort,
    })),
    endpoints: pods.map(endpointOf),
  };
}

/** Endpoints and EndpointSlices follow from the services and the pods they select, as the controllers derive them. */
export function withEndpoints(objects: KubernetesObject[]): KubernetesObject[] {
  const services = objects.filter((object): object is Service => object.kind === 'Service');
  const derived = services.flatMap((service) => {
    const pods = selectedPods(objects, service);
    return [endpointsOf(service, pods), sliceOf(service, pods)];
  });
  return [...objects, ...derived];
}
