import { serviceOfHost } from '../../detectors/support/names.ts';
import type { Context } from '../diagnosis.ts';
import type { KubernetesState, Pod } from '../kubernetes-state.ts';
import { saidBy } from '../logs/pod-log.ts';
import { calleeOf, storeOf } from '../logs/store-of.ts';
import { writerOf } from '../mentions.ts';
import { type Selectable, sameNamespace, selects, workloadName } from '../relations.ts';
import { addressesOf } from './addresses.ts';

/** Somebody talks to somebody, on a port where it is known. */
export type Path = { from: Selectable; to: Selectable; port: string | null };

/** The name of the workload, or of the template, that a place is known by. */
export const ownName = (place: Selectable): string => (place.pod ? workloadName(place.pod) : place.name);

/** The paths that templates are configured to use, and those at which logs say that nobody answers; without any, those between the names in the alert. */
export function pathsOf({ state, text }: Context, places: Selectable[]): Path[] {
  const known = [...configuredPaths(state, places), ...silentPaths(state, places)];
  if (known.length > 0) return known;
  const named = places.filter((place) => text.includes(ownName(place).toLowerCase()));
  return named.flatMap((from) =>
    named.filter((to) => ownName(to) !== ownName(from)).map((to) => ({ from, to, port: null })),
  );
}

function configuredPaths(state: KubernetesState, places: Selectable[]): Path[] {
  return places.flatMap((from) =>
    addressesOf(from.template).flatMap(({ host, port }) => {
      const place = serviceOfHost(host);
      const service =
        place &&
        state.services.find(
          (one) => one.name === place.service && sameNamespace(one.namespace, place.namespace ?? from.namespace),
        );
      const target = service?.ports.find((one) => port === null || String(one.port) === port)?.targetPort ?? port;
      const to = service
        ? places.filter(
            (one) => sameNamespace(one.namespace, service.namespace) && selects(service.selector, one.labels),
          )
        : [];
      return to.map((one) => ({ from, to: one, port: portNumber(one, target) }));
    }),
  );
}

/** The number of a target port that is told by its name; null where no container has a port of that name. */
function portNumber({ template }: Selectable, target: string | null): string | null {
  if (target === null || /^\d+$/.test(target)) return target;
  const port = template.containers.flatMap(({ ports }) => ports).find((one) => one.name === target)?.port;
  return port === undefined || port === null ? null : String(port);
}

/** Who blocks packets leaves no answer at all: a refusal is one. */
const SILENT = /^(?:timeout|database-unreachable|connection-lost)$/;
const REFUSED = /refused|reset/i;

function silentPaths(state: KubernetesState, places: Selectable[]): Path[] {
  return state.logs.flatMap((log) => {
    const said = saidBy([log]);
    const owner = writerOf(log);
    if (!said?.line.kind || !SILENT.test(said.line.kind.name) || REFUSED.test(said.line.text)) return [];
    // A client of a store often does not say whom it waits for; that a policy stops just this path makes it plain.
    const callee =
      calleeOf(state, said, owner) ??
      storeOf(state, owner, log.namespace, `${said.line.text} ${said.line.also ?? ''}`)?.name;
    const from = places.find((place) => ownName(place) === owner && sameNamespace(place.namespace, log.namespace));
    const service = state.services.find((one) => one.name === callee);
    const to = places.find(
      (place) =>
        ownName(place) === callee ||
        (service && sameNamespace(place.namespace, service.namespace) && selects(service.selector, place.labels)),
    );
    const [port] = service?.ports.length === 1 ? service.ports : [];
    return from && to ? [{ from, to, port: port ? portNumber(to, port.targetPort ?? String(port.port)) : null }] : [];
  });
}

/** Pods of which nothing told the labels, with those that a service must have found: its address among the endpoints, else its name. */
export function guessedPlaces({ pods, services }: KubernetesState): Selectable[] {
  const bare = pods.filter((pod) => !pod.deleting && Object.keys(pod.labels).length === 0);
  return bare.flatMap((pod) => {
    const own = services.filter((service) => sameNamespace(service.namespace, pod.namespace));
    const finds = ({ endpoints }: { endpoints: string[] | null }) =>
      pod.ip !== null && (endpoints ?? []).some((address) => address.replace(/:\d+$/, '') === pod.ip);
    const service = own.find(finds) ?? own.find((one) => one.name === workloadName(pod));
    return service && Object.keys(service.selector).length > 0 ? [placeOf(pod, service.selector)] : [];
  });
}

/** Pods of which nothing tells the labels, with the one that nearly all workloads bear: their name as `app`. */
export function usualPlaces(state: KubernetesState): Selectable[] {
  const guessed = new Set(guessedPlaces(state).map(({ pod }) => pod));
  return state.pods
    .filter((pod) => !pod.deleting && Object.keys(pod.labels).length === 0 && !guessed.has(pod))
    .map((pod) => placeOf(pod, { app: workloadName(pod), 'app.kubernetes.io/name': workloadName(pod) }));
}

/** What jobs run, of which no pod was seen. */
export const jobPlaces = (state: KubernetesState): Selectable[] =>
  state.workloads.flatMap(({ kind, name, namespace, template, evidence }) =>
    template && /^(?:Cron)?Job$/.test(kind)
      ? [{ name, namespace, template, labels: template.labels, evidence, pod: null }]
      : [],
  );

const placeOf = (pod: Pod, labels: Record<string, string>): Selectable => ({
  name: pod.name,
  namespace: pod.namespace,
  template: pod.template,
  labels,
  evidence: pod.evidence,
  pod,
});
