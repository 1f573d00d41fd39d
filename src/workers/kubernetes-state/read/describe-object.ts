import type { Raw } from '../raw.ts';
import { describeTime } from './ages.ts';
import { describedEvents } from './describe-events.ts';
import { describedCustom, kindOfCustom } from './describe-generic.ts';
import { describedBody } from './describe-kinds.ts';
import { fieldOf, linesOf, nodeOf, pairsOf, parseTree, type TreeNode } from './describe-tree.ts';
import { isClusterWide } from './kind-names.ts';
import { joinReadings, nothingRead, type Reading } from './reading.ts';

/** Reads what `kubectl describe` printed, one page or several; `kind` is the kind that was asked for, where it is known. */
export function readDescribe(text: string, kind: string | null): Reading {
  const pages = text.split(/^(?=Name:\s)/m).filter((page) => /^Name:\s+\S/.test(page));
  return joinReadings(pages.map((page) => readPage(page, kind)));
}

function readPage(page: string, asked: string | null): Reading {
  const nodes = parseTree(page);
  const name = fieldOf(nodes, 'Name');
  const custom = kindOfCustom(nodes);
  const kind = custom ?? kindOfPage(nodes) ?? asked;
  if (!name || !kind) return nothingRead();
  const namespace = isClusterWide(kind) ? null : fieldOf(nodes, 'Namespace');
  const events = describedEvents(linesOf(nodeOf(nodes, 'Events')), { kind, name, namespace });
  return {
    ...nothingRead(),
    objects: [
      { ...(custom ? describedCustom(nodes) : describedBody(kind, nodes)), ...commonOf(kind, name, namespace, nodes) },
    ],
    events,
  };
}

function commonOf(kind: string, name: string, namespace: string | null, nodes: TreeNode[]): Raw {
  const owner = /^(\w+)\/(\S+)/.exec(fieldOf(nodes, 'Controlled By') ?? '');
  return {
    kind,
    metadata: {
      name,
      namespace,
      labels: pairsOf(nodeOf(nodes, 'Labels')),
      annotations: pairsOf(nodeOf(nodes, 'Annotations')),
      ownerReferences: owner ? [{ kind: owner[1], name: owner[2] }] : [],
      creationTimestamp: describeTime(fieldOf(nodes, 'CreationTimestamp') ?? fieldOf(nodes, 'Start Time')),
      deletionTimestamp: /^Terminating/.test(fieldOf(nodes, 'Status') ?? '') ? 'unknown' : null,
    },
  };
}

/** Members that only the page of one kind has. */
const SIGNS: readonly [string, (nodes: TreeNode[]) => boolean][] = [
  ['Job', (nodes) => has(nodes, 'Pods Statuses') || has(nodes, 'Backoff Limit')],
  ['CronJob', (nodes) => has(nodes, 'Schedule') && has(nodes, 'Concurrency Policy')],
  ['DaemonSet', (nodes) => has(nodes, 'Desired Number of Nodes Scheduled')],
  ['StatefulSet', (nodes) => has(nodes, 'Update Strategy') && has(nodes, 'Volume Claims')],
  ['Deployment', (nodes) => has(nodes, 'StrategyType')],
  ['ReplicaSet', (nodes) => has(nodes, 'Pods Status') && has(nodes, 'Pod Template')],
  [
    'PersistentVolumeClaim',
    (nodes) => has(nodes, 'StorageClass') && has(nodes, 'Access Modes') && !has(nodes, 'Claim'),
  ],
  ['PersistentVolume', (nodes) => has(nodes, 'StorageClass') && has(nodes, 'Claim')],
  ['StorageClass', (nodes) => has(nodes, 'Provisioner') && has(nodes, 'ReclaimPolicy')],
  ['Node', (nodes) => has(nodes, 'Allocatable') && has(nodes, 'Capacity')],
  ['Service', (nodes) => has(nodes, 'Session Affinity')],
  ['Ingress', (nodes) => has(nodes, 'Rules') && has(nodes, 'Default backend')],
  ['HorizontalPodAutoscaler', (nodes) => has(nodes, 'Min replicas') && has(nodes, 'Reference')],
  ['PodDisruptionBudget', (nodes) => has(nodes, 'Min available') || has(nodes, 'Max unavailable')],
  ['Endpoints', (nodes) => has(nodes, 'Subsets')],
  ['ConfigMap', (nodes) => has(nodes, 'Data') && has(nodes, 'BinaryData')],
  [
    'Pod',
    (nodes) =>
      has(nodes, 'Containers') && (has(nodes, 'Node') || has(nodes, 'Service Account') || has(nodes, 'QoS Class')),
  ],
];

const has = (nodes: TreeNode[], key: string): boolean => nodeOf(nodes, key) !== undefined;

function kindOfPage(nodes: TreeNode[]): string | null {
  return SIGNS.find(([, test]) => test(nodes))?.[0] ?? null;
}
