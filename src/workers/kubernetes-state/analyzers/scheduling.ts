import type { Action } from '../../../shared/report.ts';
import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { uncordon } from '../fixes.ts';
import type { KubernetesState, Pod } from '../kubernetes-state.ts';
import { purposeOf } from '../purpose.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, workloadName } from '../relations.ts';

/** Finds pods that the scheduler cannot place, with the scheduler's own reason. */
export const scheduling: Analyzer = (context) => {
  const waiting = context.state.pods.filter((pod) => isWaiting(context.state, pod));
  const groups = Map.groupBy(waiting, (pod) => `${pod.namespace} ${workloadName(pod)}`);
  return [...groups.values()].flatMap((pods) => diagnose(context, pods));
};

function isWaiting(state: KubernetesState, pod: Pod): boolean {
  if (pod.deleting || pod.phase !== 'Pending') return false;
  return pod.node === null || reasonFor(state, pod) !== null;
}

type Reason = { text: string; evidence: number[] };

/** The scheduler's words: of the pod's condition, else of its latest event. */
function reasonFor(state: KubernetesState, pod: Pod): Reason | null {
  const condition = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const event = eventsOf(state, pod).findLast(({ reason }) => reason === 'FailedScheduling');
  const text = condition?.message ?? event?.message;
  return text ? { text, evidence: [...pod.evidence, ...(event ? [event.evidence] : [])] } : null;
}

function diagnose(context: Context, pods: Pod[]): Diagnosis[] {
  const [pod] = pods;
  if (!pod) return [];
  const reason = pods.map((one) => reasonFor(context.state, one)).find((found) => found !== null) ?? null;
  if (!reason) return unplaced(pod);
  const cause = CAUSES.find(({ pattern }) => pattern.test(reason.text)) ?? UNKNOWN;
  const detail = cause.detail?.(context, pod, reason.text) ?? null;
  return [
    diagnosis({
      kind: cause.kind,
      class: cause.class,
      statement: `Pod ${name(pod.name)} is Pending because it cannot be scheduled (FailedScheduling, Unschedulable): ${cause.says(reason.text)}${detail ? `; ${detail.text}` : ''}. The scheduler says: ${quote(reason.text, 180)}`,
      component: workloadName(pod),
      namespace: pod.namespace,
      touches: [workloadName(pod), ...pods.map((one) => one.name), ...(cause.nodes?.(context, reason.text) ?? [])],
      confidence: 0.9,
      depth: cause.depth ?? DEPTH.root,
      evidence: [...reason.evidence, ...(detail?.evidence ?? [])],
      actions: [
        ...describeAction('pod', pod.name, pod.namespace, 'See why the scheduler refuses the pod'),
        ...listAction('nodes', null, 'See the nodes with their labels, taints and free resources'),
        ...(cause.fix?.(context) ?? [changeAction(cause.remedy, 'Changes where pods run or how much they get.')]),
      ],
      prevention: [
        'Alert on pods that stay Pending, and keep requests, selectors and tolerations under review with the nodes that exist.',
      ],
    }),
  ];
}

function unplaced(pod: Pod): Diagnosis[] {
  if (pod.conditions.length === 0 && pod.template.containers.length === 0) return [];
  return [
    diagnosis({
      kind: 'pod-pending',
      class: 'infrastructure',
      statement: `Pod ${name(pod.name)} is Pending and has no node; the reason of the scheduler is not in the evidence`,
      component: workloadName(pod),
      namespace: pod.namespace,
      touches: [workloadName(pod), pod.name],
      confidence: 0.55,
      cause: false,
      depth: DEPTH.pod,
      evidence: pod.evidence,
      actions: describeAction('pod', pod.name, pod.namespace, 'See why the pod has no node'),
    }),
  ];
}

type Detail = { text: string; evidence: number[] };

type SchedulingCause = {
  kind: string;
  class: Diagnosis['class'];
  pattern: RegExp;
  says: (text: string) => string;
  remedy: string;
  /** Deeper than the root where another analyzer names the cause. */
  depth?: number;
  detail?: (context: Context, pod: Pod, text: string) => Detail | null;
  /** The remedy as a command, where exactly one is possible. */
  fix?: (context: Context) => Action[] | null;
  /** The nodes that it is about, by name. */
  nodes?: (context: Context, text: string) => string[];
};

const UNKNOWN: SchedulingCause = {
  kind: 'unschedulable',
  class: 'infrastructure',
  pattern: /./,
  says: () => 'no node is suitable',
  remedy: 'Make a node suitable or relax what the pod asks for',
};

/** The taints that Kubernetes itself sets on a node that is ill: before, the pods found their places. */
const LOST = /node\.kubernetes\.io\/((?:disk|memory|pid)-pressure|not-ready|unreachable|network-unavailable)/g;

const lostIn = (text: string): string[] => [...new Set([...text.matchAll(LOST)].map(([, taint = '']) => taint))];

/** Most telling first: a message names many reasons at once. */
const CAUSES: readonly SchedulingCause[] = [
  {
    kind: 'claim-missing-for-pod',
    class: 'infrastructure',
    pattern: /persistentvolumeclaim "[^"]+" not found/i,
    says: (text) =>
      `the PersistentVolumeClaim (PVC) ${/persistentvolumeclaim "([^"]+)"/i.exec(text)?.[1] ?? ''} that it mounts does not exist`,
    remedy: 'Create the claim, or correct its name in the pod',
  },
  {
    kind: 'claim-unbound',
    class: 'infrastructure',
    pattern: /unbound immediate PersistentVolumeClaims|unbound PersistentVolumeClaims/i,
    says: () => 'the PersistentVolumeClaim (PVC) that it mounts is not bound to a volume',
    remedy: 'Give the claim a StorageClass or a volume that exists',
    depth: DEPTH.pod,
  },
  {
    kind: 'claim-in-use',
    class: 'infrastructure',
    pattern: /ReadWriteOncePod|node has pod using PersistentVolumeClaim/i,
    says: () =>
      'another pod uses the same PersistentVolumeClaim (PVC), which only one pod may mount (ReadWriteOncePod)',
    remedy: 'Give every pod a claim of its own, or use an access mode that several pods may share',
  },
  {
    kind: 'volume-affinity',
    class: 'infrastructure',
    pattern: /volume node affinity conflict|didn't find available persistent volumes/i,
    says: () => 'its persistent volume belongs to another node or zone (volume node affinity conflict)',
    remedy: "Bring a node of the volume's zone, or recreate the volume where nodes are",
  },
  {
    kind: 'lost-node',
    class: 'infrastructure',
    pattern: new RegExp(LOST.source),
    says: (text) => `a node that it could run on takes no pods because of its state (${lostIn(text).join(', ')})`,
    remedy: 'Bring the node back, or add one',
    depth: DEPTH.pod,
    nodes: ({ state }, text) =>
      state.nodes
        .filter(({ taints }) => taints.some(({ key }) => lostIn(text).includes(key.replace(/^.*\//, ''))))
        .map((node) => node.name),
  },
  {
    kind: 'insufficient-resources',
    class: 'resource',
    pattern: /Insufficient [\w./-]+|Too many pods/i,
    says: (text) => `no node has enough free ${resourcesIn(text)} for its requests (insufficient resources)`,
    remedy: 'Lower the requests of the pod, or add nodes',
    detail: requestsOf,
  },
  {
    kind: 'node-affinity',
    class: 'infrastructure',
    pattern: /didn't match (?:Pod's )?node (?:affinity\/selector|selector|affinity)|node affinity\/selector/i,
    says: () => "no node matches the pod's node selector or node affinity",
    remedy: 'Label a node, or correct the selector',
    detail: selectorOf,
  },
  {
    kind: 'anti-affinity',
    class: 'infrastructure',
    pattern: /anti-?affinity/i,
    says: () => "the pod's anti-affinity rules exclude every node that is left (pod anti-affinity)",
    remedy: 'Prefer instead of require the anti-affinity, run fewer replicas, or add nodes',
  },
  {
    kind: 'affinity',
    class: 'infrastructure',
    pattern: /didn't match pod affinity/i,
    says: () => "no node satisfies the pod's affinity rules",
    remedy: 'Correct the affinity, or run the pods that it refers to',
  },
  {
    kind: 'taint',
    class: 'infrastructure',
    pattern: /untolerated taint|had taints? /i,
    says: (text) => `the nodes carry a taint that the pod does not tolerate${taintIn(text)}`,
    remedy: 'Add a toleration to the pod, or remove the taint',
  },
  {
    kind: 'host-port',
    class: 'infrastructure',
    pattern: /free ports for the requested/i,
    says: () => 'the host port that it asks for is taken on every node (hostPort conflict)',
    remedy: 'Drop the host port or run fewer replicas than nodes',
  },
  {
    kind: 'cordoned',
    class: 'infrastructure',
    pattern: /were unschedulable|node\(s\) were not ready|unschedulable: true/i,
    says: () => 'the nodes are cordoned (SchedulingDisabled) or not ready',
    remedy: 'Uncordon a node, or add one',
    fix: ({ state }) => {
      const [node, ...more] = state.nodes.filter((one) => one.unschedulable && one.ready !== false);
      return node && more.length === 0 && !purposeOf(node) ? uncordon(node) : null;
    },
  },
  {
    kind: 'topology-spread',
    class: 'infrastructure',
    pattern: /topology spread/i,
    says: () => 'the topology spread constraints of the pod cannot be met',
    remedy: 'Relax the constraints, or add nodes in the missing zones',
  },
];

function resourcesIn(text: string): string {
  if (/Too many pods/i.test(text)) return 'pod slots (Too many pods)';
  return [
    ...new Set(
      [...text.matchAll(/Insufficient ([\w./-]+\w)/gi)].map(([, resource = '']) =>
        resource === 'cpu' ? 'CPU (cpu)' : resource,
      ),
    ),
  ].join(' and ');
}

const taintIn = (text: string): string => {
  const taint = /taint(?:s)? (\{[^}]+\})/i.exec(text)?.[1];
  return taint ? ` ${taint}` : '';
};

function requestsOf({ state }: Context, pod: Pod, text: string): Detail | null {
  const wanted = [...text.matchAll(/Insufficient ([\w./-]+\w)/gi)].map(([, resource = '']) => resource);
  const asked = wanted.flatMap((resource) =>
    pod.template.containers.flatMap(({ requests }) =>
      requests[resource] ? [`${resource} ${requests[resource]}`] : [],
    ),
  );
  const left = state.nodes
    .flatMap(({ allocatable }) => wanted.flatMap((resource) => allocatable[resource] ?? []))
    .slice(0, 4);
  const parts = [
    asked.length > 0 ? `it requests ${asked.join(', ')}` : null,
    left.length > 0
      ? `the nodes, although Ready, have ${left.join(' and ')} of ${wanted.join(', ')} allocatable`
      : null,
  ];
  const said = parts.filter((part) => part !== null).join(', ');
  return said ? { text: said, evidence: state.nodes.flatMap(({ evidence }) => evidence) } : null;
}

function selectorOf(_: Context, pod: Pod): Detail | null {
  const pairs = Object.entries(pod.template.nodeSelector).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0
    ? { text: `it asks for nodes with ${pairs.slice(0, 3).join(', ')}`, evidence: pod.evidence }
    : null;
}
