import { sameName, serviceOfHost } from '../detectors/support/names.ts';
import { addressesOf } from './analyzers/addresses.ts';
import type { KubernetesState, Meta } from './kubernetes-state.ts';
import { namesOf, sameNamespace, templatesOf } from './relations.ts';

/** How many calls deep a program is followed. */
const DEEP = 3;

/** The services that the templates of a workload are configured to use. */
export const configuredFor = (state: KubernetesState, owner: string, namespace: string | null): Set<string> =>
  configuredBy(
    state,
    (one) => sameNamespace(one.namespace, namespace) && namesOf(one).some((name) => sameName(name, owner)),
  );

/** The services that a workload is configured to use, and those that they use in turn. */
export const reachedBy = (state: KubernetesState, owner: string, namespace: string | null): Set<string> =>
  follow([owner], (names) => [...names].flatMap((one) => [...configuredFor(state, one, namespace)]));

/** The services that objects of these names (in lower case) are configured to use, and those that they use in turn, without themselves. */
export function dependenciesOf(state: KubernetesState, names: ReadonlySet<string>): Set<string> {
  const found = follow(names, (open) =>
    configuredBy(state, (owner) => namesOf(owner).some((name) => open.has(name.toLowerCase()))),
  );
  return new Set([...found].filter((name) => !names.has(name)));
}

function configuredBy(state: KubernetesState, calls: (owner: Meta) => boolean): Set<string> {
  const own = templatesOf(state).filter(({ owner }) => calls(owner));
  return new Set(
    own.flatMap(({ template }) => addressesOf(template)).flatMap(({ host }) => serviceOfHost(host)?.service ?? []),
  );
}

function follow(from: Iterable<string>, calledBy: (names: ReadonlySet<string>) => Iterable<string>): Set<string> {
  const found = new Set<string>();
  let open = new Set(from);
  for (let depth = 0; depth < DEEP && open.size > 0; depth++) {
    open = new Set([...calledBy(open)].filter((name) => !found.has(name)));
    for (const name of open) found.add(name);
  }
  return found;
}
