import { sameName, serviceOfHost } from '../detectors/support/names.ts';
import { addressesOf, takesTelemetry } from './analyzers/addresses.ts';
import type { KubernetesState, Meta } from './kubernetes-state.ts';
import { namesOf, sameNamespace, selects, templatesOf } from './relations.ts';

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

/** A call that a workload is configured to make, by the names of its workload and of the Service that its address means. */
export type ConfiguredCall = { caller: string; callee: string; evidence: number[] };

/**
 * Who is told to call whom, by the addresses in the templates of all workloads; each pair once. A Service counts under its own name and
 * under those of the workloads that it selects. Where programs send what they tell of themselves is left out, as no request waits for it.
 */
export function configuredCalls(state: KubernetesState): ConfiguredCall[] {
  const calls = templatesOf(state).flatMap(({ owner, template }) =>
    addressesOf(template)
      .filter((address) => !takesTelemetry(address))
      .flatMap(({ host }) => {
        const place = serviceOfHost(host);
        return place ? namesBehind(state, place.service, place.namespace ?? owner.namespace) : [];
      })
      .map((callee) => ({ caller: namesOf(owner).at(-1)!, callee, evidence: owner.evidence })),
  );
  return [...new Map(calls.map((call) => [`${call.caller}\u0000${call.callee}`, call])).values()];
}

/** The names under which telemetry may know what answers at a Service. */
function namesBehind(state: KubernetesState, name: string, namespace: string | null): string[] {
  const service = state.services.find((one) => one.name === name && sameNamespace(one.namespace, namespace));
  if (!service || Object.keys(service.selector).length === 0) return [name];
  const behind = templatesOf(state).filter(
    ({ owner, template }) =>
      sameNamespace(owner.namespace, service.namespace) && selects(service.selector, template.labels),
  );
  return [...new Set([name, ...behind.map(({ owner }) => namesOf(owner).at(-1)!)])];
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
