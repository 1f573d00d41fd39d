import type { Raw } from '../raw.ts';
import { describedContainer, describedPairs, describedTolerations, describedVolumes } from './describe-container.ts';
import { describedCustom } from './describe-generic.ts';
import {
  describedIngress,
  describedPolicy,
  describedQuota,
  describedRules,
  describedService,
} from './describe-network.ts';
import { fieldOf, linesOf, nodeOf, pairsOf, type TreeNode } from './describe-tree.ts';

/** What the page of one kind tells beyond its metadata, in the form of the API; kinds that are not Kubernetes' own as custom resources. */
export function describedBody(kind: string, nodes: TreeNode[]): Raw {
  return Object.hasOwn(BODIES, kind) ? (BODIES[kind]?.(nodes) ?? {}) : describedCustom(nodes);
}

const BODIES: Record<string, (nodes: TreeNode[]) => Raw> = {
  Pod: podBody,
  Deployment: workloadBody,
  ReplicaSet: workloadBody,
  StatefulSet: workloadBody,
  DaemonSet: daemonBody,
  Job: jobBody,
  CronJob: cronBody,
  Service: describedService,
  Ingress: describedIngress,
  NetworkPolicy: describedPolicy,
  ResourceQuota: describedQuota,
  Role: describedRules,
  ClusterRole: describedRules,
  PersistentVolumeClaim: claimBody,
  PersistentVolume: (nodes) => ({
    spec: { storageClassName: fieldOf(nodes, 'StorageClass'), claimRef: { name: fieldOf(nodes, 'Claim') } },
    status: { phase: fieldOf(nodes, 'Status') },
  }),
  Node: nodeBody,
  HorizontalPodAutoscaler: autoscalerBody,
  PodDisruptionBudget: (nodes) => ({
    spec: { minAvailable: fieldOf(nodes, 'Min available'), maxUnavailable: fieldOf(nodes, 'Max unavailable') },
    status: { disruptionsAllowed: fieldOf(nodes, 'Allowed disruptions') },
  }),
  ConfigMap: (nodes) => ({
    data: Object.fromEntries((nodeOf(nodes, 'Data')?.children ?? []).map((node) => [node.key ?? node.line, ''])),
  }),
};

/** The members of `spec` that a pod and a pod template share. */
function podSpec(nodes: TreeNode[]): { spec: Raw; containerStatuses: Raw[]; initContainerStatuses: Raw[] } {
  const main = (nodeOf(nodes, 'Containers')?.children ?? []).filter(isContainer).map(describedContainer);
  const init = (nodeOf(nodes, 'Init Containers')?.children ?? []).filter(isContainer).map(describedContainer);
  return {
    spec: {
      containers: main.map(({ spec }) => spec),
      initContainers: init.map(({ spec }) => spec),
      volumes: describedVolumes(nodeOf(nodes, 'Volumes')),
      serviceAccountName: fieldOf(nodes, 'Service Account'),
      nodeSelector: describedPairs(nodes, 'Node-Selectors'),
      tolerations: describedTolerations(nodeOf(nodes, 'Tolerations')),
    },
    containerStatuses: statusesOf(main),
    initContainerStatuses: statusesOf(init),
  };
}

const statusesOf = (containers: { status: Raw | null }[]): Raw[] =>
  containers.map(({ status }) => status).filter((status) => status !== null);

const isContainer = ({ key, children }: TreeNode): boolean => key !== null && children.length > 0;

function podBody(nodes: TreeNode[]): Raw {
  const { spec, ...statuses } = podSpec(nodes);
  const node = fieldOf(nodes, 'Node')?.split('/')[0] ?? null;
  return {
    spec: { ...spec, nodeName: node },
    status: {
      phase: fieldOf(nodes, 'Status')?.split(' ')[0] ?? null,
      reason: fieldOf(nodes, 'Reason'),
      message: fieldOf(nodes, 'Message'),
      podIP: fieldOf(nodes, 'IP'),
      conditions: conditionsOf(nodes),
      ...statuses,
    },
  };
}

/** `Type Status Reason` tables of describe pages. */
function conditionsOf(nodes: TreeNode[]): Raw[] {
  return (nodeOf(nodes, 'Conditions')?.children ?? []).flatMap(({ line }) => {
    const [type = '', status = '', ...rest] = line.trim().split(/\s{2,}/);
    if (!/^(?:True|False|Unknown)$/.test(status)) return [];
    const [reason, message] = rest.length > 2 ? rest.slice(2) : rest;
    return [{ type, status, reason: reason ?? null, message: message ?? null }];
  });
}

/** The pod template of a page in the form of the API. */
export function templateOf(nodes: TreeNode[]): Raw {
  const template = nodeOf(nodes, 'Pod Template')?.children ?? [];
  return { metadata: { labels: pairsOf(nodeOf(template, 'Labels')) }, spec: podSpec(template).spec };
}

function workloadBody(nodes: TreeNode[]): Raw {
  const replicas = fieldOf(nodes, 'Replicas') ?? '';
  const status = fieldOf(nodes, 'Pods Status') ?? '';
  const of = (word: string) => numberIn(replicas, new RegExp(`(\\d+) ${word}`));
  const current = /^(\d+) current \/ (\d+) desired/.exec(replicas);
  const available = numberIn(replicas, /(\d+) available/);
  return {
    spec: {
      replicas: of('desired') ?? (current ? Number(current[2]) : null),
      selector: { matchLabels: describedPairs(nodes, 'Selector') },
      template: templateOf(nodes),
      volumeClaimTemplates: claimTemplatesOf(nodeOf(nodes, 'Volume Claims')),
      strategy: strategyOf(nodes),
    },
    status: {
      replicas: of('total') ?? (current ? Number(current[1]) : null),
      updatedReplicas: of('updated'),
      availableReplicas: available,
      readyReplicas: available ?? numberIn(status, /(\d+) Running/),
      conditions: conditionsOf(nodes),
      newReplicaSet: fieldOf(nodes, 'NewReplicaSet')?.split(' ')[0] ?? null,
      oldReplicaSets: (fieldOf(nodes, 'OldReplicaSets') ?? '')
        .split(/,\s*/)
        .flatMap((part) => part.split(' ')[0] || []),
    },
  };
}

function strategyOf(nodes: TreeNode[]): Raw {
  const [, unavailable, surge] =
    /^(\S+) max unavailable, (\S+) max surge/.exec(fieldOf(nodes, 'RollingUpdateStrategy') ?? '') ?? [];
  return {
    type: fieldOf(nodes, 'StrategyType'),
    rollingUpdate: unavailable ? { maxUnavailable: unavailable, maxSurge: surge } : null,
  };
}

function claimTemplatesOf(node: TreeNode | undefined): Raw[] {
  return (node?.children ?? [])
    .filter(({ key }) => key === 'Name')
    .map(({ value }, index) => ({
      metadata: { name: value },
      spec: {
        storageClassName: (node?.children ?? []).filter(({ key }) => key === 'StorageClass')[index]?.value || null,
      },
    }));
}

function daemonBody(nodes: TreeNode[]): Raw {
  const status = fieldOf(nodes, 'Pods Status') ?? '';
  return {
    spec: { selector: { matchLabels: describedPairs(nodes, 'Selector') }, template: templateOf(nodes) },
    status: {
      desiredNumberScheduled: Number(fieldOf(nodes, 'Desired Number of Nodes Scheduled') ?? Number.NaN),
      currentNumberScheduled: Number(fieldOf(nodes, 'Current Number of Nodes Scheduled') ?? Number.NaN),
      numberAvailable: Number(fieldOf(nodes, 'Number of Nodes Scheduled with Available Pods') ?? Number.NaN),
      numberReady: numberIn(status, /(\d+) Running/),
    },
  };
}

function jobBody(nodes: TreeNode[]): Raw {
  const status = fieldOf(nodes, 'Pods Statuses') ?? '';
  return {
    spec: {
      backoffLimit: fieldOf(nodes, 'Backoff Limit'),
      completions: fieldOf(nodes, 'Completions'),
      suspend: truthOf(nodes, 'Suspend'),
      template: templateOf(nodes),
    },
    status: {
      active: numberIn(status, /(\d+) Active/),
      succeeded: numberIn(status, /(\d+) Succeeded/),
      failed: numberIn(status, /(\d+) Failed/),
    },
  };
}

function cronBody(nodes: TreeNode[]): Raw {
  return {
    spec: {
      schedule: fieldOf(nodes, 'Schedule'),
      suspend: truthOf(nodes, 'Suspend'),
      jobTemplate: { spec: { template: templateOf(nodes) } },
    },
  };
}

function claimBody(nodes: TreeNode[]): Raw {
  return {
    spec: {
      storageClassName: fieldOf(nodes, 'StorageClass'),
      volumeName: fieldOf(nodes, 'Volume'),
      accessModes: (fieldOf(nodes, 'Access Modes') ?? '').split(',').filter(Boolean),
    },
    status: { phase: fieldOf(nodes, 'Status') },
  };
}

function nodeBody(nodes: TreeNode[]): Raw {
  const taints = linesOf(nodeOf(nodes, 'Taints')).flatMap((line) => {
    const match = /^([^=:\s]+)(?:=([^:]*))?:(\w+)$/.exec(line);
    return match ? [{ key: match[1], value: match[2] ?? null, effect: match[3] }] : [];
  });
  return {
    spec: { taints, unschedulable: truthOf(nodes, 'Unschedulable') },
    status: {
      conditions: conditionsOf(nodes),
      capacity: pairsOf(nodeOf(nodes, 'Capacity')),
      allocatable: pairsOf(nodeOf(nodes, 'Allocatable')),
    },
  };
}

function autoscalerBody(nodes: TreeNode[]): Raw {
  const [kind, name] = (fieldOf(nodes, 'Reference') ?? '').split('/');
  const metrics = linesOf(nodeOf(nodes, 'Metrics'));
  return {
    spec: {
      scaleTargetRef: { kind: kind || null, name: name || null },
      minReplicas: fieldOf(nodes, 'Min replicas'),
      maxReplicas: fieldOf(nodes, 'Max replicas'),
    },
    status: { conditions: conditionsOf(nodes), described: metrics },
  };
}

/** What is not on the page stays unknown: another reading may tell it. */
function truthOf(nodes: TreeNode[], key: string): boolean | null {
  const value = fieldOf(nodes, key);
  return value === null ? null : /^true$/i.test(value);
}

function numberIn(text: string, pattern: RegExp): number | null {
  const match = pattern.exec(text);
  return match ? Number(match[1]) : null;
}
