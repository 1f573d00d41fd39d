import type { Action } from '../../shared/report.ts';
import { parseKubernetesQuantity } from '../detectors/support/quantities.ts';
import { changeAction, changeCommand, type ObjectPlace } from './actions.ts';
import type {
  Container,
  KubernetesState,
  Meta,
  Node,
  Pod,
  Service,
  ServicePort,
  Workload,
} from './kubernetes-state.ts';
import { numberAt, textsAt } from './raw.ts';
import { eventsOf, type Selectable, sameNamespace, selects, workloadName, workloadOfPod } from './relations.ts';
import { lastRollout } from './revisions.ts';

/**
 * The commands by which a known fault is mended: one line each, with the values that the evidence tells, for people to run. Where a value
 * is theirs to choose, the words alone.
 */

const RESTARTS = 'Restarts the pods of the workload.';
const patch = (kind: string, name: string, body: object): string[] => ['patch', kind, name, '-p', JSON.stringify(body)];
const slash = ({ kind, name }: Pick<Meta, 'kind' | 'name'>): string => `${kind.toLowerCase()}/${name}`;
const only = <T>(all: Iterable<T>): T | null => {
  const [first, ...more] = new Set(all);
  return first !== undefined && more.length === 0 ? first : null;
};

const SCALED_DOWN = /^Scaled down replica set \S+ (?:from (\d{1,5}) )?to 0(?: from (\d{1,5}))?$/;

/** Up to as many pods as the workload had before, where an event or its last manifest tells, else one. */
export function scaleUp(state: KubernetesState, workload: Workload): Action[] {
  const ends = eventsOf(state, workload).flatMap(({ message }) => {
    const [, before, after] = SCALED_DOWN.exec(message) ?? [];
    return before ?? after ?? [];
  });
  const applied = appliedReplicas(workload.annotations['kubectl.kubernetes.io/last-applied-configuration'] ?? '');
  const before = Number(ends.at(-1) ?? 0) || applied;
  return changeCommand(
    workload,
    ['scale', slash(workload), `--replicas=${before || 1}`],
    before ? 'Scale the workload up to what it had before' : 'Scale the workload up again, to one pod first',
    'Starts its pods.',
  );
}

function appliedReplicas(manifest: string): number {
  try {
    return numberAt(JSON.parse(manifest), 'spec', 'replicas') ?? 0;
  } catch {
    return 0;
  }
}

/** Lets a paused rollout go on. */
export const resumeRollout = (workload: Workload): Action[] =>
  changeCommand(
    workload,
    ['rollout', 'resume', slash(workload)],
    'Resume the rollout',
    'Replaces the pods of the workload by those of the new version.',
  );

const IMAGE = /^[a-z0-9][\w.:/@-]{0,254}$/;

/** Back to the image that ran before, where its last revision or its pods that still run tell exactly one. */
export function formerImage(state: KubernetesState, pod: Pod, container: Container | undefined): Action[] {
  const words = 'Correct image name, tag or pull secret, or go back to the image that ran before';
  const workload = workloadOfPod(state, pod);
  if (!workload || !container || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(workload.kind))
    return [changeAction(words, RESTARTS)];
  const running = state.pods.filter(
    (one) =>
      one.ready === true && sameNamespace(one.namespace, pod.namespace) && workloadName(one) === workloadName(pod),
  );
  const templates = [lastRollout(state, workload)?.before.template, ...running.map(({ template }) => template)];
  const images = templates.flatMap((template) =>
    [...(template?.containers ?? []), ...(template?.initContainers ?? [])].flatMap(({ name, image }) =>
      name === container.name && image !== null && image !== container.image && IMAGE.test(image) ? [image] : [],
    ),
  );
  const former = only(images);
  const set = former === null ? null : ['set', 'image', slash(workload), `${container.name}=${former}`];
  return changeCommand(workload, set, set ? 'Go back to the image that ran before' : words, RESTARTS);
}

/** Lets pods onto a node again. */
export const uncordon = (node: Node): Action[] =>
  changeCommand(
    node,
    ['uncordon', node.name],
    'Let pods onto the node again, if its maintenance is over',
    'New pods are placed on the node.',
  );

/** The target port of a service as the only port that its containers declare. */
export function setTargetPort(service: Service, { port, protocol }: ServicePort, selected: Selectable[]): Action[] {
  const declared = selected.flatMap(({ template }) => template.containers.flatMap(({ ports }) => ports));
  const listens = only(declared.filter((one) => one.protocol === protocol).map((one) => one.port));
  // A patch finds the port of a service by its number.
  const isOne = service.ports.filter((one) => one.port === port).length === 1;
  return changeCommand(
    service,
    listens !== null && isOne
      ? patch('service', service.name, { spec: { ports: [{ port, targetPort: listens }] } })
      : null,
    'Set targetPort to the port that the container listens on',
    'Changes where the traffic of the service goes.',
  );
}

/** The selector of a service with the values that the labels of its own pods have; they must have all of its keys. */
export function setSelector(service: Service, near: Selectable | null): Action[] {
  const keys = Object.keys(service.selector);
  const meant = keys.map((key) => `${key}=${near?.labels[key] ?? ''}`);
  const isKnown =
    near !== null &&
    keys.length > 0 &&
    keys.every((key) => near.labels[key]) &&
    !selects(service.selector, near.labels);
  return changeCommand(
    service,
    isKnown ? ['set', 'selector', `service/${service.name}`, meant.join(',')] : null,
    isKnown
      ? 'Let the service select its own pods by the labels that they have'
      : 'Correct the selector of the service (or the labels of the pods)',
    'Traffic of the service goes to the pods that it then selects.',
  );
}

/** A quota that lets in all pods which a workload lacks; `need` is in the unit of the resource (cores, bytes, pieces). */
export function raiseQuota(quota: Meta, resource: string, need: number | null): Action[] {
  const hard = need === null ? null : quantityText(resource, need);
  return changeCommand(
    { ...quota, kind: 'resourcequota' },
    hard === null ? null : patch('resourcequota', quota.name, { spec: { hard: { [resource]: hard } } }),
    hard === null
      ? 'Set the missing requests and limits, or adjust the quota'
      : 'Raise the quota to what the workload needs, or lower what its pods ask for',
    'Lets the missing pods start; the namespace may then use more of the cluster.',
  );
}

function quantityText(resource: string, amount: number): string | null {
  const text = /cpu$/.test(resource)
    ? `${Math.ceil(amount * 1000 - 1e-6)}m`
    : /memory$|storage$/.test(resource)
      ? `${Math.ceil(amount / 2 ** 20 - 1e-6)}Mi`
      : String(Math.ceil(amount));
  return parseKubernetesQuantity(text) === null ? null : text;
}

/** Lets a suspended CronJob start jobs again. */
export const resumeCronJob = (job: Workload): Action[] =>
  changeCommand(
    job,
    patch('cronjob', job.name, { spec: { suspend: false } }),
    'Let the CronJob start jobs again',
    'Starts its jobs by the schedule; one that was missed may start at once.',
  );

/** Ends a run that hangs, so that its CronJob starts the next. */
export const endRun = (job: Workload): Action[] =>
  changeCommand(
    job,
    ['delete', 'job', job.name],
    'End the run that hangs',
    'Ends the run and its pods where they are; its CronJob starts the next by its schedule.',
  );

/** Kubernetes takes these off by itself once nothing uses the volume: without them its data may go under those who use it. */
const PROTECTS =
  /^kubernetes\.io\/|^external-(?:attacher|provisioner)|^customresourcecleanup|foregroundDeletion|orphan/;

/** Takes the finalizers off an object whose controller no longer does; those that protect data go by themselves. */
export function takeFinalizersOff(object: Meta): Action[] {
  const protects = textsAt(object.raw, 'metadata', 'finalizers').some((one) => PROTECTS.test(one));
  const words = ['patch', object.kind.toLowerCase(), object.name, '--type=merge', '-p'];
  return protects
    ? [changeAction('End what still uses it: its finalizer then goes by itself', 'Ends the pods that use it.')]
    : changeCommand(
        object,
        [...words, '{"metadata":{"finalizers":null}}'],
        'Take the finalizers off, if their controller is gone for good',
        'Deletes the object at once, without what its finalizers would clean up.',
      );
}

/** The DNS of the cluster for the pods of a workload. */
export function useClusterDns(owner: Meta, hostNetwork: boolean): Action[] {
  const dnsPolicy = hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst';
  const hasTemplate = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(owner.kind);
  return changeCommand(
    owner,
    hasTemplate ? patch(owner.kind.toLowerCase(), owner.name, { spec: { template: { spec: { dnsPolicy } } } }) : null,
    `Set dnsPolicy to ${dnsPolicy}`,
    RESTARTS,
  );
}

/** Pauses an experiment of Chaos Mesh, which can be resumed; others are ended as they were begun. */
export const endExperiment = (object: ObjectPlace): Action[] =>
  changeCommand(
    object,
    /Chaos$/.test(object.kind)
      ? ['annotate', object.kind.toLowerCase(), object.name, 'experiment.chaos-mesh.org/pause=true', '--overwrite']
      : null,
    'End the experiment',
    'Ends the fault injection.',
  );
