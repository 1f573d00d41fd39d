import type { Alert } from '../../shared/alert.ts';
import type { CoalescePolicy, IntakePolicies, SharedPlace } from './policy-schema.ts';

const NODE_LABELS = ['node', 'node_name', 'nodename', 'kubernetes_node', 'k8s_node_name', 'k8s.node.name', 'kube_node'];
const CLUSTER_LABELS = ['cluster', 'cluster_name', 'k8s_cluster_name', 'k8s.cluster.name', 'kube_cluster_name'];
/** Each key costs the store a row: a service with more neighbours than that is known by the others. */
const MAX_EDGES = 8;
const MAX_KEY = 300;

/** The edges of a service, as both of its ends know them. */
export type Topology = ReadonlyMap<string, string[]>;

/** Reads the list of callers and callees. */
export function readTopology(edges: IntakePolicies['topology']): Topology {
  const topology = new Map<string, string[]>();
  for (const [caller, callee] of edges) {
    const edge = [caller.toLowerCase(), callee.toLowerCase()].sort().join('|');
    for (const end of new Set(edge.split('|'))) {
      const known = topology.get(end) ?? [];
      if (known.length < MAX_EDGES) topology.set(end, [...known, edge]);
    }
  }
  return topology;
}

/** What the alert can share with others, as keys: places of `by`, or where it names none of them those of `otherwise`. */
export function sharedKeys(alert: Alert, { by, otherwise }: CoalescePolicy, topology: Topology): string[] {
  const near = keysOf(alert, by, topology);
  const keys = near.length > 0 ? near : keysOf(alert, otherwise, topology);
  return [...new Set(keys.map((key) => key.slice(0, MAX_KEY)))];
}

function keysOf(alert: Alert, places: readonly SharedPlace[], topology: Topology): string[] {
  const cluster = labelOf(alert, CLUSTER_LABELS) ?? '';
  const service = alert.service?.toLowerCase();
  const node = labelOf(alert, NODE_LABELS);
  const namespace = alert.namespace?.toLowerCase();
  const keys: Record<SharedPlace, () => string[]> = {
    service: () => (service ? [`service ${service} in ${cluster}/${namespace ?? ''}`] : []),
    node: () => (node ? [`node ${node} in ${cluster}`] : []),
    topology: () => (topology.get(service ?? '') ?? []).map((edge) => `edge ${edge} in ${cluster}`),
    namespace: () => (namespace ? [`namespace ${namespace} in ${cluster}`] : []),
    cluster: () => (cluster ? [`cluster ${cluster}`] : []),
  };
  return places.flatMap((place) => keys[place]());
}

function labelOf({ labels }: Alert, names: string[]): string | undefined {
  const name = names.find((candidate) => labels[candidate]);
  return name === undefined ? undefined : labels[name]?.toLowerCase();
}
