import type { KubernetesObject } from '../scenarios/telemetry-world.ts';

type Column = { name: string; type: string; format: string; description: string; priority: number };
type CellOf = (object: KubernetesObject) => unknown;

type Loose = Record<string, never> & { [key: string]: Loose | undefined };
const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce((value: unknown, key) => (value as Loose | undefined)?.[key], object);

function containerStatuses(pod: KubernetesObject): { ready: boolean; restartCount: number }[] {
  return (at(pod, 'status.containerStatuses') as { ready: boolean; restartCount: number }[] | undefined) ?? [];
}

function podReady(pod: KubernetesObject): string {
  const statuses = containerStatuses(pod);
  return `${statuses.filter(({ ready }) => ready).length}/${statuses.length}`;
}

/** As kubectl shows it: the reason that a container waits for, else the phase. */
function podStatus(pod: KubernetesObject): unknown {
  const waiting = containerStatuses(pod).map((status) => at(status, 'state.waiting.reason'));
  return waiting.find(Boolean) ?? at(pod, 'status.phase');
}

const podRestarts = (pod: KubernetesObject) =>
  containerStatuses(pod).reduce((total, { restartCount }) => total + restartCount, 0);

function age({ metadata }: KubernetesObject): string {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(String(metadata.creationTimestamp))) / 60_000));
  return minutes < 120 ? `${minutes}m` : `${Math.round(minutes / 60)}h`;
}

const CELLS: Record<string, Record<string, CellOf>> = {
  Pod: { Ready: podReady, Status: podStatus, Restarts: podRestarts },
  Event: {
    Type: (event) => at(event, 'type'),
    Reason: (event) => at(event, 'reason'),
    Object: (event) => `${at(event, 'involvedObject.kind')}/${at(event, 'involvedObject.name')}`,
    Message: (event) => at(event, 'message'),
  },
  Namespace: { Status: (namespace) => at(namespace, 'status.phase') },
  Service: { 'Cluster-IP': (service) => at(service, 'spec.clusterIP') },
  Deployment: {
    Ready: (deployment) => `${at(deployment, 'status.readyReplicas')}/${at(deployment, 'spec.replicas')}`,
  },
};

const column = (name: string): Column => {
  return { name, type: 'string', format: name === 'Name' ? 'name' : '', description: name, priority: 0 };
};

/** Whether the client wants the printed form of a listing (`kubectl get` asks so). */
export function wantsTable(accept: string | undefined): boolean {
  return accept?.split(',')[0]?.includes('as=Table') ?? false;
}

/** A listing as meta.k8s.io/v1 Table. */
export function toTable(kind: string, objects: KubernetesObject[], metadata: Record<string, unknown>) {
  const cells: Record<string, CellOf> = { Name: (object) => object.metadata.name, ...CELLS[kind], Age: age };
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: Object.keys(cells).map(column),
    rows: objects.map((object) => ({
      cells: Object.values(cells).map((cellOf) => cellOf(object) ?? ''),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
