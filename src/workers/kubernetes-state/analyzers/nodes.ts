import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { fillsDisk, largestDiskUser } from '../disk-users.ts';
import { uncordon } from '../fixes.ts';
import type { Node } from '../kubernetes-state.ts';
import { decisiveLine } from '../logs/decisive-line.ts';
import { OF_NODES } from '../logs/platform-failures.ts';
import { purposeOf } from '../purpose.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, workloadName } from '../relations.ts';

/** Finds nodes that are not ready, under pressure or cordoned, with the pods that suffer. */
export const nodes: Analyzer = (context) => context.state.nodes.flatMap((node) => check(context, node));

function check(context: Context, node: Node): Diagnosis[] {
  const condition = node.conditions.find(({ type }) => type === 'Ready');
  if (node.ready === false)
    return [
      base(
        context,
        node,
        'node-not-ready',
        'infrastructure',
        `is NotReady${condition?.reason ? ` (${condition.reason})` : ''}${condition?.message ? `. The kubelet says: ${quote(condition.message, 160)}` : ''}`,
        0.88,
      ),
    ];
  const pressure = node.conditions.filter(
    ({ type, status }) =>
      /Pressure$|^NetworkUnavailable$|Problem$|ReadonlyFilesystem|KernelDeadlock/.test(type) && status === 'True',
  );
  const [first] = pressure;
  const user = pressure.some(({ type }) => type === 'DiskPressure') ? largestDiskUser(context, node.name) : null;
  if (first) {
    const found = base(
      context,
      node,
      'node-pressure',
      first.type === 'NetworkUnavailable' ? 'network' : 'resource',
      `is under ${pressure.map(({ type }) => type).join(' and ')}${first.message ? `. The kubelet says: ${quote(first.message, 160)}` : ''}${user ? `. ${fillsDisk(user)}` : ''}`,
      0.84,
    );
    return user
      ? [{ ...found, touches: [...found.touches, user.workload], evidence: [...found.evidence, ...user.evidence] }]
      : [found];
  }
  const kernel = eventsOf(context.state, { kind: 'Node', name: node.name, namespace: null }).flatMap((event) => {
    const told = event.type === 'Warning' ? decisiveLine([event.message])?.kind : null;
    return told && OF_NODES.has(told.name) ? [{ event, told }] : [];
  });
  const [trouble] = kernel;
  if (trouble)
    return [
      base(
        context,
        node,
        `log-${trouble.told.name}`,
        trouble.told.class,
        `reports that ${trouble.told.meaning} (${trouble.event.reason}): ${quote(trouble.event.message, 160)}`,
        0.84,
      ),
    ];
  const cordoned = node.unschedulable && !purposeOf(node) && /schedul|pending|node|drain|cordon/i.test(context.text);
  return cordoned
    ? [
        base(
          context,
          node,
          'node-cordoned',
          'infrastructure',
          'is cordoned (SchedulingDisabled), so no new pod is placed on it',
          // While every pod runs, a node that takes no new ones is how maintenance looks.
          context.state.pods.some(({ ready, phase }) => ready === false && phase !== 'Succeeded') ? 0.55 : 0.28,
        ),
      ]
    : [];
}

function base(
  { state }: Context,
  node: Node,
  kind: string,
  nodeClass: Diagnosis['class'],
  says: string,
  confidence: number,
): Diagnosis {
  const pods = state.pods.filter((pod) => pod.node === node.name);
  const hurt = [...new Set(pods.filter((pod) => pod.ready === false || pod.deleting).map(workloadName))];
  const events = eventsOf(state, { kind: 'Node', name: node.name, namespace: null });
  return diagnosis({
    kind,
    class: nodeClass,
    statement: `Node ${name(node.name)} ${says}${hurt.length > 0 ? `. Pods of ${hurt.slice(0, 4).map(name).join(', ')} on this node are not ready or are evicted` : ''}`,
    component: node.name,
    namespace: null,
    touches: [node.name, ...pods.flatMap((pod) => [pod.name, workloadName(pod)])],
    confidence,
    evidence: [
      ...node.evidence,
      ...pods.filter((pod) => hurt.includes(workloadName(pod))).flatMap(({ evidence }) => evidence),
      ...events.map(({ evidence }) => evidence),
    ],
    actions: [
      ...describeAction('node', node.name, null, 'See conditions, taints and events of the node'),
      ...listAction('pods', null, 'See where pods run'),
      ...(kind === 'node-cordoned'
        ? uncordon(node)
        : [changeAction('Repair or replace the node', 'Moves the pods of the node elsewhere.')]),
    ],
    prevention: ['Alert on node conditions, and spread replicas over nodes and zones.'],
  });
}
