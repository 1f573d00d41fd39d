import type { Action } from '../../../shared/report.ts';
import { changeCommand, describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { resumeRollout, scaleUp } from '../fixes.ts';
import { idleByDesign } from '../idle-by-design.ts';
import { idleColour } from '../idle-colour.ts';
import type { KubernetesState, Pod, Workload } from '../kubernetes-state.ts';
import { purposeOf } from '../purpose.ts';
import { name } from '../quote.ts';
import { textAt } from '../raw.ts';
import { eventsOf, podsOf, sameNamespace, servicesOf } from '../relations.ts';
import { isUnmissed } from '../unmissed.ts';

/** Finds Deployments, StatefulSets and DaemonSets without the pods they should have: stuck rollouts, shortfalls, scaled to zero, paused. */
export const rollouts: Analyzer = (context) =>
  context.state.workloads
    .filter(({ kind, deleting }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) && !deleting)
    .flatMap((workload) => diagnose(context, workload));

function diagnose(context: Context, workload: Workload): Diagnosis[] {
  const { state } = context;
  if (workload.desired === 0 && !state.desiredOnly) return scaledToZero(context, workload);
  const pods = podsOf(state, workload).filter(({ deleting }) => !deleting);
  if (isComplete(workload, pods)) return [];
  if (workload.paused && (workload.updated ?? 0) < (workload.desired ?? 0)) return [pausedRollout(workload)];
  const stuck = stuckBy(state, workload);
  if (stuck) return [stuckRollout(state, workload, pods, stuck)];
  return isShort(workload) ? [shortfall(workload, pods)] : [];
}

/** All pods that it should have are ready: what its events tell is over. */
function isComplete({ desired, ready, available, updated }: Workload, pods: Pod[]): boolean {
  const enough = desired !== null && (ready ?? available ?? -1) >= desired && (updated === null || updated >= desired);
  return enough && pods.every((pod) => pod.ready !== false || pod.phase === 'Succeeded');
}

const isShort = ({ desired, ready, available }: Workload): boolean =>
  desired !== null && desired > 0 && (ready ?? available) !== null && (ready ?? available ?? 0) < desired;

type Stuck = { replicaSet: string | null; evidence: number[] };

function stuckBy(state: KubernetesState, workload: Workload): Stuck | null {
  const condition = workload.conditions.find(
    ({ reason, type, status }) =>
      reason === 'ProgressDeadlineExceeded' || (type === 'Progressing' && status === 'False'),
  );
  const event = eventsOf(state, workload).findLast(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (!condition && !event) return null;
  const replicaSet =
    /ReplicaSet "?([a-z0-9][\w.-]*\w)"?/.exec(`${condition?.message ?? ''} ${event?.message ?? ''}`)?.[1] ??
    workload.newReplicaSet;
  return { replicaSet, evidence: event ? [event.evidence] : [] };
}

function stuckRollout(state: KubernetesState, workload: Workload, pods: Pod[], stuck: Stuck): Diagnosis {
  const oldServes = pods.some(
    (pod) => pod.ready === true && (stuck.replicaSet === null || !pod.name.startsWith(stuck.replicaSet)),
  );
  const fresh = stuck.replicaSet ? ` of the new ReplicaSet ${name(stuck.replicaSet)}` : '';
  const what = `the rollout of ${workload.kind === 'Deployment' ? 'deployment' : workload.kind} ${name(workload.name)} is stuck (ProgressDeadlineExceeded)`;
  return diagnosis({
    kind: 'rollout-stuck',
    brief: `${what}${stuck.replicaSet ? `, no pod of the new ReplicaSet ${name(stuck.replicaSet)} is ready` : ''}${oldServes ? ', the old ReplicaSet serves' : ''}`,
    class: 'infrastructure',
    statement: `${what.replace('the', 'The')}: the pods${fresh} do not become ready${counts(workload)}${oldServes ? '; the old ReplicaSet keeps serving' : ''}${strategyOf(workload, oldServes)}`,
    component: workload.name,
    namespace: workload.namespace,
    touches: touchesOf(state, workload, pods),
    confidence: 0.78,
    depth: DEPTH.workload,
    evidence: [...workload.evidence, ...stuck.evidence, ...pods.flatMap(({ evidence }) => evidence)],
    actions: undoActions(workload),
    prevention: ['Alert on ProgressDeadlineExceeded, and let the pipeline roll back a rollout that does not complete.'],
  });
}

/** What the strategy of the rollout makes of a new pod that does not get ready. */
function strategyOf({ raw, ready, available }: Workload, oldServes: boolean): string {
  const unavailable = textAt(raw, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable');
  if (textAt(raw, 'spec', 'strategy', 'type') === 'Recreate' && !oldServes && (ready ?? available ?? 0) === 0)
    return '; its strategy Recreate stopped the old pods first, so nothing serves';
  if (unavailable === '0' || unavailable === '0%')
    return '; with maxUnavailable 0 no old pod gives way before a new one is ready';
  return '';
}

function pausedRollout(workload: Workload): Diagnosis {
  return diagnosis({
    kind: 'rollout-paused',
    class: 'infrastructure',
    statement: `The rollout of ${workload.kind} ${name(workload.name)} is paused (spec.paused), so its new version is not brought out (${workload.updated ?? 0} of ${workload.desired} pods are updated)`,
    component: workload.name,
    namespace: workload.namespace,
    touches: [workload.name],
    confidence: 0.8,
    evidence: workload.evidence,
    actions: [
      ...describeAction(
        workload.kind,
        workload.name,
        workload.namespace,
        'See conditions, replicas and events of the workload',
      ),
      ...resumeRollout(workload),
    ],
  });
}

const counts = ({ desired, ready, available }: Workload): string =>
  desired !== null && (ready ?? available) !== null
    ? ` (${ready ?? available} of ${desired} desired replicas ready)`
    : '';

function touchesOf(state: KubernetesState, workload: Workload, pods: Pod[]): string[] {
  const services = servicesOf(state, workload.namespace, workload.template?.labels ?? pods[0]?.labels ?? {});
  return [workload.name, ...pods.map((pod) => pod.name), ...services.map((service) => service.name)];
}

/** What to look at, and the way back to the revision before. */
export function undoActions(workload: Pick<Workload, 'kind' | 'name' | 'namespace'>): Action[] {
  return [
    ...describeAction(
      workload.kind,
      workload.name,
      workload.namespace,
      'See conditions, replicas and events of the workload',
    ),
    ...changeCommand(
      workload,
      ['rollout', 'undo', `${workload.kind.toLowerCase()}/${workload.name}`],
      'Go back to the revision that ran before',
      'Replaces the pods of the workload by those of the previous revision.',
    ),
  ];
}

function shortfall(workload: Workload, pods: Pod[]): Diagnosis {
  return diagnosis({
    kind: 'replicas-short',
    class: 'infrastructure',
    statement: `${workload.kind} ${name(workload.name)} has ${workload.ready ?? workload.available} of ${workload.desired} desired replicas ready`,
    component: workload.name,
    namespace: workload.namespace,
    touches: [workload.name, ...pods.map((pod) => pod.name)],
    confidence: 0.55,
    cause: false,
    depth: DEPTH.workload,
    evidence: workload.evidence,
    actions: describeAction(
      workload.kind,
      workload.name,
      workload.namespace,
      'See conditions, replicas and events of the workload',
    ),
  });
}

/** What nobody misses was put aside: a note, no alarm. */
const PARKED = 0.25;

/** True where a service of that name leads to a workload, or its endpoints were listed. */
const isLedTo = (state: KubernetesState, kind: string, { name: own, namespace }: Workload): boolean =>
  [...(state.others.get(kind) ?? []), ...(kind === 'Service' ? state.services : [])].some(
    (one) => one.name === own && sameNamespace(one.namespace, namespace),
  );

/** A workload without replicas matters when something would use it; many are parked on purpose. */
function scaledToZero(context: Context, workload: Workload): Diagnosis[] {
  const { state } = context;
  if (idleByDesign(state, workload) !== null || purposeOf(workload) || idleColour(state, workload)) return [];
  const labels = workload.template?.labels ?? workload.selector;
  const services = servicesOf(state, workload.namespace, Object.keys(labels).length > 0 ? labels : workload.selector);
  const led = ['Service', 'Endpoints', 'EndpointSlice'].some((kind) => isLedTo(state, kind, workload));
  const named = services.length > 0 || led;
  return [
    diagnosis({
      kind: 'scaled-to-zero',
      class: 'infrastructure',
      statement: `${workload.kind} ${name(workload.name)} is scaled to zero (0 replicas desired), so none of its pods run${services[0] ? ` and Service ${name(services[0].name)} has no endpoints` : ''}`,
      component: workload.name,
      namespace: workload.namespace,
      touches: [workload.name, ...services.map((service) => service.name)],
      confidence: named ? 0.82 : isUnmissed(context, workload) ? PARKED : 0.5,
      evidence: [...workload.evidence, ...services.flatMap(({ evidence }) => evidence)],
      actions: [
        ...describeAction(workload.kind, workload.name, workload.namespace, 'See the replicas of the workload'),
        ...scaleUp(state, workload),
      ],
      prevention: ['Alert on services without endpoints.'],
    }),
  ];
}
