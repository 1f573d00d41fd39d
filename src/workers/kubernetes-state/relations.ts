import { workloadOf } from '../detectors/support/names.ts';
import type {
  Condition,
  KubeEvent,
  KubernetesState,
  Meta,
  Pod,
  PodTemplate,
  Service,
  Workload,
} from './kubernetes-state.ts';
import { valueAt } from './raw.ts';

/** True where one of the namespaces is unknown, or both are the same. */
export function sameNamespace(left: string | null, right: string | null): boolean {
  return left === null || right === null || left === right;
}

/** True when the labels have every pair of the selector; an empty selector selects nothing here. */
export function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

/** The name of the workload that a pod belongs to, by its owner or by its own name. */
export function workloadName(pod: Pod): string {
  const { owner } = pod;
  if (!owner) return workloadOf(pod.name);
  if (owner.kind !== 'ReplicaSet') return owner.name;
  const hash = pod.template.labels['pod-template-hash'];
  return hash && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner.name.replace(/-[a-z0-9]{5,10}$/, '');
}

/** The pods of a workload: by its selector where labels are known, else by their names. */
export function podsOf(state: KubernetesState, workload: Workload): Pod[] {
  return state.pods.filter((pod) => {
    if (!sameNamespace(pod.namespace, workload.namespace)) return false;
    if (pod.owner?.name === workload.name || workloadName(pod) === workload.name) return true;
    return selects(workload.selector, pod.template.labels);
  });
}

/** What the scheduler and the kubelet repeat at least every five minutes while it lasts (in seconds). */
const REPEATED = /^(?:FailedScheduling|Unhealthy)$/;
const SILENT_FOR = 400;

/** True for a complaint that would have come again if it lasted. */
export const isNoLongerSaid = ({ reason, ageSeconds }: Pick<KubeEvent, 'reason' | 'ageSeconds'>): boolean =>
  REPEATED.test(reason) && ageSeconds !== null && ageSeconds > SILENT_FOR;

/** True for a pod that nobody saw: events told of it, and not how it is now. */
export const isToldByEvents = ({ raw }: Pick<Meta, 'raw'>): boolean => valueAt(raw, 'status', 'toldByEvents') === true;

/** The workload that a pod belongs to, the outermost one that is known; null where none is. */
export function workloadOfPod(state: KubernetesState, pod: Pod): Workload | null {
  const own = state.workloads.filter(
    (workload) =>
      workload.kind !== 'ReplicaSet' &&
      sameNamespace(workload.namespace, pod.namespace) &&
      (workload.name === workloadName(pod) || workload.name === pod.owner?.name),
  );
  return own[0] ?? null;
}

/** A pod or the template of a workload with its labels: what a selector may select. */
export type Selectable = {
  name: string;
  namespace: string | null;
  template: PodTemplate;
  labels: Record<string, string>;
  evidence: number[];
  pod: Pod | null;
};

/** What the control plane wrote on a pod that it took off its node before its time; null where it did not. */
export const disruptionOf = ({ conditions }: Pod): Condition | null =>
  conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True') ?? null;

/** True for what the kubelet threw out because its node ran short of something, also where only the pod's conditions say so. */
export const isEvicted = (pod: Pod): boolean =>
  pod.reason === 'Evicted' ||
  (pod.phase === 'Failed' &&
    disruptionOf(pod)?.reason === 'TerminationByKubelet' &&
    /low on resource|exceeds|pressure/i.test(disruptionOf(pod)?.message ?? ''));

/** What kubelets and tables call a pod that its node gave up or never took; a controller makes another one in its place. */
const TAKEN_OFF =
  /^(?:Evicted|NodeShutdown|Shutdown|Preempting|Terminated|NodeLost|NodeAffinity|ContainerStatusUnknown|UnexpectedAdmissionError|OutOf(?:cpu|memory|pods|ephemeral-storage))$/;

/** True for what is left of a pod that its node threw out, where its workload has all the pods that it wants again. */
export function isReplaced(state: KubernetesState, pod: Pod): boolean {
  const takenOff = pod.phase === 'Failed' && disruptionOf(pod) !== null;
  if (!takenOff && !TAKEN_OFF.test(pod.reason ?? '')) return false;
  const workload = workloadOfPod(state, pod);
  return (
    workload !== null && workload.desired !== null && workload.desired > 0 && (workload.ready ?? 0) >= workload.desired
  );
}

/** Everything that selectors may select: pods, and the templates of workloads of which no pod was seen. */
export function selectables(state: KubernetesState): Selectable[] {
  const pods = state.pods
    .filter((pod) => !pod.deleting)
    .map((pod) => ({
      name: pod.name,
      namespace: pod.namespace,
      ...made(state, pod),
      labels: labelsOf(state, pod),
      pod,
    }))
    .filter(({ labels }) => Object.keys(labels).length > 0);
  const templates = state.workloads.flatMap((workload) => {
    const { template, name, namespace, evidence, kind } = workload;
    const seen = state.pods.some((pod) => sameNamespace(pod.namespace, namespace) && workloadName(pod) === name);
    if (!template || kind === 'Job' || kind === 'CronJob' || seen) return [];
    return [{ name, namespace, template, labels: template.labels, evidence, pod: null }];
  });
  return [...pods, ...templates];
}

/** A pod of which a table told no labels has those that its workload gives it. */
function labelsOf(state: KubernetesState, pod: Pod): Record<string, string> {
  return Object.keys(pod.labels).length > 0 ? pod.labels : (workloadOfPod(state, pod)?.template?.labels ?? {});
}

/** What a pod is made of; a pod that only a table told of is made as its workload asks. */
function made(state: KubernetesState, pod: Pod): { template: PodTemplate; evidence: number[] } {
  const workload = pod.template.containers.length === 0 ? workloadOfPod(state, pod) : null;
  return workload?.template
    ? { template: workload.template, evidence: [...new Set([...pod.evidence, ...workload.evidence])] }
    : { template: pod.template, evidence: pod.evidence };
}

/**
 * What stands behind a service: what its selector matches; where a table did not tell the selector, the pods whose addresses are its
 * endpoints, with the template of their workload where their own tells no ports.
 */
export function placesBehind(state: KubernetesState, service: Service, places: Selectable[]): Selectable[] {
  if (Object.keys(service.selector).length > 0)
    return places.filter(
      (place) => sameNamespace(place.namespace, service.namespace) && selects(service.selector, place.labels),
    );
  const addresses = new Set((service.endpoints ?? []).map((address) => address.replace(/:\d+$/, '')));
  return state.pods
    .filter((pod) => pod.ip !== null && addresses.has(pod.ip) && sameNamespace(pod.namespace, service.namespace))
    .map((pod) => {
      const workload = workloadOfPod(state, pod);
      const told = pod.template.containers.some(({ ports }) => ports.length > 0);
      const template = told ? pod.template : (workload?.template ?? pod.template);
      const evidence = [...pod.evidence, ...(told ? [] : (workload?.evidence ?? []))];
      return { name: pod.name, namespace: pod.namespace, template, labels: pod.template.labels, evidence, pod };
    });
}

/** The events about an object. */
export function eventsOf(state: KubernetesState, object: Pick<Meta, 'kind' | 'name' | 'namespace'>): KubeEvent[] {
  return state.events.filter(
    (event) =>
      event.name === object.name &&
      (event.kind === object.kind || event.kind === '') &&
      sameNamespace(event.namespace, object.namespace),
  );
}

/** The services of a namespace that select these labels. */
export function servicesOf(
  state: KubernetesState,
  namespace: string | null,
  labels: Record<string, string>,
): Service[] {
  return state.services.filter(
    (service) => sameNamespace(service.namespace, namespace) && selects(service.selector, labels),
  );
}

/** The pod templates of a namespace with who has them: workloads, and pods of workloads that are unknown. */
export function templatesOf(state: KubernetesState): { owner: Meta; template: PodTemplate }[] {
  const workloads = state.workloads.flatMap((workload) =>
    workload.template && workload.kind !== 'ReplicaSet'
      ? [{ owner: workload as Meta, template: workload.template }]
      : [],
  );
  const pods = state.pods
    .filter((pod) => tellsTemplate(pod) && !workloadOfPod(state, pod)?.template)
    .map((pod) => ({ owner: pod as Meta, template: pod.template }));
  return [...workloads, ...pods];
}

const tellsTemplate = ({ template: { containers, dnsPolicy } }: Pod): boolean =>
  containers.length > 0 || dnsPolicy !== null;

/** True where containers take the ConfigMap or Secret as variables or mount it. */
export function refersTo(template: PodTemplate, object: Pick<Meta, 'kind' | 'name'>): boolean {
  const containers = [...template.containers, ...template.initContainers];
  const references = [
    ...containers.flatMap(({ env, envFrom }) => [...env.flatMap(({ from }) => from ?? []), ...envFrom]),
    ...template.volumes.flatMap(({ reference }) => reference ?? []),
  ];
  return references.some((one) => one.kind === object.kind && one.name === object.name);
}

/** The names under which people know an owner of a template: its own and its workload's. */
export function namesOf(owner: Meta): string[] {
  return owner.kind === 'Pod' ? [owner.name, workloadName(owner as Pod)] : [owner.name];
}

/** How a workload or pod is called in a sentence: `Deployment redis`, `pod redis-0`. */
export function called(object: Pick<Meta, 'kind' | 'name'>): string {
  return object.kind === 'Pod' ? `pod ${object.name}` : `${object.kind} ${object.name}`;
}

/** True when a kind was listed completely for a namespace, so that what is not there does not exist. */
export function isListed(state: KubernetesState, kind: string, namespace: string | null): boolean {
  return state.listed.has(`${kind}|*`) || state.listed.has(`${kind}|${namespace ?? 'default'}`);
}

/** The objects of a kind and name in a namespace (any where it is unknown). */
export function objectNamed(state: KubernetesState, kind: string, name: string, namespace: string | null): Meta | null {
  return (
    (state.others.get(kind) ?? []).find(
      (object) => object.name === name && sameNamespace(object.namespace, namespace),
    ) ?? null
  );
}

/** The evidence that an object does not exist: it was looked for in vain, or is not in a complete list; null where nothing tells. */
export function isMissing(state: KubernetesState, kind: string, name: string, namespace: string | null): boolean {
  if (objectNamed(state, kind, name, namespace)) return false;
  return state.missing.has(`${kind}|${namespace ?? ''}|${name}`) || isListed(state, kind, namespace);
}
