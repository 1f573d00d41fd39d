import { sameName } from '../detectors/support/names.ts';
import type { KubernetesState, Meta, Pod, PodTemplate, Workload } from './kubernetes-state.ts';
import { numberAt, type Raw, recordsAt, valueAt } from './raw.ts';
import { sameNamespace, workloadName } from './relations.ts';
import { toTemplate } from './typed/to-pod.ts';

/** What the pods of a workload were made of in one of its revisions, or are made of now. */
export type Revision = {
  number: number | null;
  template: PodTemplate;
  hash: string | null;
  evidence: number[];
  /** Which members of containers were told: all of them, what stands in a pod besides what others added, or the variables alone. */
  tells: 'template' | 'pod' | 'environment';
};

/** Whose revisions these are. */
export type Owner = Pick<Meta, 'kind' | 'name' | 'namespace'>;

const NUMBER = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/** The workloads of which revisions were read. */
export function revisionOwners(state: KubernetesState): Owner[] {
  const owners = [...(state.others.get('ControllerRevision') ?? []), ...replicaSets(state)].flatMap(
    ({ owner, namespace }) => (owner ? [{ ...owner, namespace }] : []),
  );
  return [...new Map(owners.map((one) => [`${one.kind}|${one.namespace ?? ''}|${one.name}`, one])).values()];
}

/** What the pods of a workload are made of now, and what they were made of before its last rollout; null where one of them was not read. */
export function lastRollout(state: KubernetesState, owner: Owner): { now: Revision; before: Revision } | null {
  const revisions = revisionsOf(state, owner).toSorted((left, right) => (right.number ?? 0) - (left.number ?? 0));
  const newest = newestOf(state, owner, revisions);
  const now = presentOf(state, owner, revisions) ?? revisions.find(({ number }) => number === newest) ?? null;
  const before = revisions.find((one) => one !== now && now !== null && isOlder(one, now, newest));
  return now && before ? { now, before } : null;
}

function isOlder(one: Revision, now: Revision, newest: number | null): boolean {
  if (one.number === null || (one.hash !== null && one.hash === now.hash)) return false;
  if (now.number !== null) return one.number < now.number;
  // Pods of which the number is not known are of the newest one, unless just that was printed and is another.
  return one.number !== newest || now.hash === null;
}

const replicaSets = (state: KubernetesState): Workload[] =>
  state.workloads.filter(({ kind, template }) => kind === 'ReplicaSet' && (template?.containers.length ?? 0) > 0);

const isOf = (one: Meta, { kind, name, namespace }: Owner): boolean =>
  one.owner?.kind === kind && one.owner.name === name && sameNamespace(one.namespace, namespace);

function revisionsOf(state: KubernetesState, owner: Owner): Revision[] {
  const printed = (state.others.get('ControllerRevision') ?? []).filter((one) => isOf(one, owner));
  const sets = replicaSets(state).filter((one) => isOf(one, owner));
  return [
    ...printed.flatMap((one) => {
      const template = valueAt(one.raw, 'data', 'spec', 'template');
      return template ? [revision(numberAt(one.raw, 'revision'), toTemplate(template), one.evidence)] : [];
    }),
    ...sets.flatMap((one) =>
      one.template ? [revision(numberOf(one), one.template, one.evidence, one.labels[HASH])] : [],
    ),
  ];
}

const revision = (number: number | null, template: PodTemplate, evidence: number[], hash?: string): Revision => ({
  number,
  template,
  hash: hash ?? template.labels[HASH] ?? null,
  evidence,
  tells: 'template',
});

const numberOf = ({ annotations }: Meta): number | null => numberAt({ number: annotations[NUMBER] }, 'number');

/** By the workload itself, else by one of its pods, those of no revision that was printed first. */
function presentOf(state: KubernetesState, { kind, name, namespace }: Owner, revisions: Revision[]): Revision | null {
  const workload = state.workloads.find(
    (one) => one.kind === kind && one.name === name && sameNamespace(one.namespace, namespace),
  );
  if (workload?.template && tellsAll(workload.raw, 'template', 'spec'))
    return revision(numberOf(workload), workload.template, workload.evidence);
  const printed = (pod: Pod) => revisions.find(({ hash }) => hash !== null && hash === pod.labels[HASH]) ?? null;
  const pods = state.pods
    .filter(
      (pod) =>
        !pod.deleting &&
        sameNamespace(pod.namespace, namespace) &&
        sameName(workloadName(pod), name) &&
        pod.template.containers.length > 0,
    )
    .toSorted((left, right) => (printed(right)?.number ?? Infinity) - (printed(left)?.number ?? Infinity) || 0);
  const pod =
    pods.find(({ raw }) => tellsAll(raw)) ??
    pods.find(({ template }) => template.containers.some(({ env }) => env.length > 0));
  if (!pod) return null;
  const tells = tellsAll(pod.raw) ? 'pod' : 'environment';
  return {
    number: printed(pod)?.number ?? null,
    template: pod.template,
    hash: pod.labels[HASH] ?? null,
    evidence: pod.evidence,
    tells,
  };
}

/** Members of containers that pages and documents always have, and tables never. */
const ALWAYS = ['resources', 'volumeMounts', 'imagePullPolicy', 'terminationMessagePath'];

const tellsAll = (raw: Raw, ...path: string[]): boolean => {
  const containers = recordsAt(raw, 'spec', ...path, 'containers');
  return containers.length > 0 && containers.every((one) => ALWAYS.some((member) => one[member] !== undefined));
};

/** The highest number that was told of a revision of the workload; null where only one is known, which may be any. */
function newestOf(state: KubernetesState, owner: Owner, revisions: Revision[]): number | null {
  const listed = (state.others.get('ControllerRevision') ?? [])
    .filter((one) => isOf(one, owner))
    .flatMap(({ raw }) => numberAt(raw, 'revision') ?? []);
  const numbers = new Set([...listed, ...revisions.flatMap(({ number }) => number ?? [])]);
  return numbers.size > 1 ? Math.max(...numbers) : null;
}
