import { changeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta, PodTemplate, Reference } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { recordAt, textAt } from '../raw.ts';
import { isMissing, namesOf, objectNamed, podsOf, templatesOf } from '../relations.ts';

/** Finds ConfigMaps, Secrets, keys and service accounts that templates refer to and that do not exist. */
export const references: Analyzer = ({ state }) =>
  templatesOf(state).flatMap(({ owner, template }) => [
    ...referencesOf(template).flatMap((reference) => check(state, owner, reference)),
    ...account(state, owner, template),
  ]);

function referencesOf(template: PodTemplate): Reference[] {
  const containers = [...template.containers, ...template.initContainers];
  const all = [
    ...containers.flatMap(({ env, envFrom }) => [...env.flatMap(({ from }) => from ?? []), ...envFrom]),
    ...template.volumes.flatMap(({ reference, items }) =>
      reference ? [reference, ...items.map((key) => ({ ...reference, key }))] : [],
    ),
    ...containers
      .flatMap(({ mounts }) => mounts)
      .flatMap(({ volume, subPath }) => {
        const reference = template.volumes.find((one) => one.name === volume)?.reference;
        return reference && subPath && !subPath.includes('/') ? [{ ...reference, key: subPath }] : [];
      }),
  ];
  return all.filter(({ optional, name: own }) => !optional && own !== 'kube-root-ca.crt');
}

function check(state: KubernetesState, owner: Meta, reference: Reference): Diagnosis[] {
  const found = objectNamed(state, reference.kind, reference.name, owner.namespace);
  if (found) return missingKey(state, owner, reference, found);
  const sure = isMissing(state, reference.kind, reference.name, owner.namespace);
  if (!sure && !state.desiredOnly) return [];
  const text = `refers to the ${reference.kind} ${name(reference.name)}, which ${sure ? 'does not exist' : 'is not among its objects (not found)'}, so its containers cannot start`;
  return [base(owner, reference, text, sure ? 0.84 : 0.62, [])];
}

function missingKey(
  state: KubernetesState,
  owner: Meta,
  { kind, name: object, key }: Reference,
  found: Meta,
): Diagnosis[] {
  const keys = [
    ...Object.keys(recordAt(found.raw, 'data')),
    ...Object.keys(recordAt(found.raw, 'stringData')),
    ...Object.keys(recordAt(found.raw, 'binaryData')),
  ];
  if (!key || keys.length === 0 || keys.includes(key)) return [];
  const running = state.workloads.some(
    (workload) => workload.name === owner.name && podsOf(state, workload).some((pod) => pod.ready === true),
  );
  const text = `refers to the key ${name(key)} of the ${kind} ${name(object)}, which has only ${keys.slice(0, 4).map(name).join(', ')} (the key does not exist)`;
  return [base(owner, { kind, name: object, key, optional: false }, text, running ? 0.5 : 0.86, found.evidence)];
}

function base(
  owner: Meta,
  { kind, name: object }: Pick<Reference, 'kind' | 'name'> & Partial<Reference>,
  text: string,
  confidence: number,
  evidence: number[],
): Diagnosis {
  return diagnosis({
    kind: 'reference-missing',
    class: 'infrastructure',
    statement: `${owner.kind} ${name(owner.name)} ${text}`,
    component: namesOf(owner).at(-1) ?? owner.name,
    namespace: owner.namespace,
    touches: [object, ...namesOf(owner)],
    confidence,
    evidence: [...owner.evidence, ...evidence],
    actions: [
      ...listAction(kind, owner.namespace, `See which objects of kind ${kind} exist`, false),
      changeAction(
        `Create the ${kind} or the key, or correct its name in the workload`,
        'Restarts the pods of the workload.',
      ),
    ],
    prevention: [
      'Check manifests before they are applied: every ConfigMap, Secret and key that a pod refers to must be there.',
    ],
  });
}

function account(state: KubernetesState, owner: Meta, { serviceAccount }: PodTemplate): Diagnosis[] {
  if (
    !serviceAccount ||
    serviceAccount === 'default' ||
    objectNamed(state, 'ServiceAccount', serviceAccount, owner.namespace)
  )
    return [];
  const sure = isMissing(state, 'ServiceAccount', serviceAccount, owner.namespace);
  if (owner.kind === 'Pod' || (!sure && !state.desiredOnly) || textAt(owner.raw, 'status', 'readyReplicas')) return [];
  return [
    diagnosis({
      kind: 'service-account-missing',
      class: 'infrastructure',
      statement: `${owner.kind} ${name(owner.name)} runs under the ServiceAccount ${name(serviceAccount)}, which ${sure ? 'does not exist' : 'is not among its objects (not found)'}, so its pods cannot be created`,
      component: owner.name,
      namespace: owner.namespace,
      touches: [owner.name, serviceAccount],
      confidence: sure ? 0.84 : 0.6,
      evidence: owner.evidence,
      actions: listAction('serviceaccount', owner.namespace, 'See which service accounts exist', false),
    }),
  ];
}
