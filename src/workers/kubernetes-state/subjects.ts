import { sameName } from '../detectors/support/names.ts';
import { dependenciesOf } from './configured-calls.ts';
import type { Context, Diagnosis } from './diagnosis.ts';
import type { KubernetesState, Pod } from './kubernetes-state.ts';
import { mentionedBy, nameServers } from './mentions.ts';
import { servicesOf, workloadName } from './relations.ts';

/** What the alert is about, by the names of the objects that are known. */
export type Subjects = {
  /** Objects that the alert names, and what belongs to them directly. */
  names: Set<string>;
  namespaces: Set<string>;
  /** Services that the named objects are configured to call, directly or through others. */
  dependencies: Set<string>;
};

/** Names that are also plain words of sentences. */
const PLAIN = new Set('default kubernetes test error errors pod pods service server kube-root-ca.crt'.split(' '));

/** The objects that the alert speaks of: by labels first, then by every known name that stands in its words. */
export function subjectsOf({ state, input, text }: Context): Subjects {
  const { facts } = input;
  const known = knownNames(state);
  const stated = [facts.service, facts.deployment, facts.pod]
    .filter((one) => one !== undefined)
    .map((one) => one.toLowerCase());
  const spoken = [...known].filter((one) => !PLAIN.has(one) && one.length > 2 && stands(text, one));
  const direct = new Set([...stated.filter((one) => [...known].some((other) => sameName(one, other))), ...spoken]);
  const names = direct.size > 0 ? direct : new Set(looselyNamed(known, text));
  const all = new Set([...names, ...family(state, names)]);
  return {
    names: all,
    namespaces: new Set([...namespacesOf(state, facts.namespace, text), ...homesOf(state, all)]),
    dependencies: new Set([
      ...dependenciesOf(state, all),
      ...storesOf(known, all),
      ...mentionedBy(state, all),
      ...nameServers(state),
    ]),
  };
}

function knownNames(state: KubernetesState): Set<string> {
  const names = [...state.others.values()].flat().map(({ name }) => name);
  const pods = state.pods.flatMap((pod) => [pod.name, workloadName(pod)]);
  const logs = state.logs.flatMap(({ pod, service }) => [pod, service]);
  return new Set([...names, ...pods, ...logs].flatMap((one) => (one ? [one.toLowerCase()] : [])));
}

/** The name as a word of its own. */
function stands(text: string, name: string): boolean {
  let at = text.indexOf(name);
  while (at !== -1) {
    if (
      !/[a-z0-9]/.test(text[at - 1] ?? ' ') &&
      !/[a-z0-9]/.test(text[at + name.length] ?? ' ') &&
      text[at + name.length] !== '-' &&
      text[at - 1] !== '-'
    )
      return true;
    at = text.indexOf(name, at + 1);
  }
  return false;
}

/** Words of the alert that are a part of a known name: `payment` for `payment-service`. */
function looselyNamed(known: Set<string>, text: string): string[] {
  const words = new Set((text.match(/[a-z][a-z0-9]{3,}/g) ?? []).map(singular));
  return [...known].filter((name) =>
    name.split(/[-.]/).some((part) => part.length > 3 && words.has(singular(part)) && !COMMON.has(part)),
  );
}

const singular = (word: string): string => word.replace(/(?<=[a-z]{3})(?:ies|y|s)$/, '');

const COMMON = new Set(
  'service server deployment default namespace cluster node pods error errors logs data test production staging job jobs volume claim policy role account config'.split(
    ' ',
  ),
);

/** What belongs to the named objects: pods of workloads, workloads of pods, services, claims, references. */
function family(state: KubernetesState, names: ReadonlySet<string>): string[] {
  const has = (name: string | null | undefined) => name !== null && name !== undefined && names.has(name.toLowerCase());
  const pods = state.pods.filter((pod) => has(pod.name) || has(workloadName(pod)));
  const services = pods.flatMap((pod) => servicesOf(state, pod.namespace, pod.labels).map(({ name }) => name));
  return [...pods.flatMap((pod) => [pod.name, workloadName(pod)]), ...services].map((name) => name.toLowerCase());
}

/** Where the named objects live; the default namespace joins what does not belong together. */
function homesOf(state: KubernetesState, names: ReadonlySet<string>): string[] {
  const objects = [...state.pods, ...state.workloads, ...state.services].filter(({ name }) =>
    names.has(name.toLowerCase()),
  );
  return objects.flatMap(({ namespace }) => (namespace === null || namespace === 'default' ? [] : [namespace]));
}

const STORE =
  /^(?:mongo\w*|mysql|mariadb|postgres\w*|pg|sql|db|database|redis|valkey|memcached?|memcache|cache|store|storage|kafka|rabbitmq|queue|elasticsearch|cassandra)$/;

/** Stores that bear the name of a named object: `orders-db` and `mongo-orders` belong to `orders`. */
function storesOf(known: Set<string>, names: ReadonlySet<string>): string[] {
  const owners = new Set(
    [...names]
      .flatMap((name) => name.split(/[-.]/))
      .filter((part) => part.length > 2 && !COMMON.has(part) && !STORE.test(part)),
  );
  return [...known].filter((name) => {
    const parts = name.split(/[-.]/);
    return parts.some((part) => STORE.test(part)) && parts.some((part) => owners.has(part));
  });
}

function namespacesOf(state: KubernetesState, stated: string | undefined, text: string): Set<string> {
  const known = new Set(
    [...state.others.values()]
      .flat()
      .flatMap(({ namespace, kind, name }) => [namespace, kind === 'Namespace' ? name : null])
      .filter((one) => one !== null),
  );
  const spoken = [...known].filter((one) => one !== 'default' && stands(text, one.toLowerCase()));
  return new Set([...(stated && known.has(stated) ? [stated] : []), ...spoken]);
}

/** How near a diagnosis stands to what the alert is about. */
export type Nearness = 'subject' | 'dependency' | 'neighbour' | 'unknown' | 'stranger';

/** `subject`: it concerns what the alert names. `dependency`: what that calls. `neighbour`: it shares the namespace. `unknown`: the alert names nothing known. */
export function nearnessOf({ touches, namespace }: Diagnosis, { names, namespaces, dependencies }: Subjects): Nearness {
  if (touches.some((name) => names.has(name.toLowerCase()))) return 'subject';
  if (touches.some((name) => dependencies.has(name.toLowerCase()))) return 'dependency';
  const inside = namespace !== null && namespaces.has(namespace);
  if (names.size === 0) return namespaces.size === 0 || inside || namespace === null ? 'unknown' : 'stranger';
  return inside || namespace === null ? 'neighbour' : 'stranger';
}

/** The pods that the alert is about; all of them where it names none. */
export function subjectPods(state: KubernetesState, { names, namespaces }: Subjects): Pod[] {
  const named = state.pods.filter(
    (pod) => names.has(pod.name.toLowerCase()) || names.has(workloadName(pod).toLowerCase()),
  );
  if (named.length > 0) return named;
  return namespaces.size > 0
    ? state.pods.filter(({ namespace }) => namespace !== null && namespaces.has(namespace))
    : state.pods;
}
