import { describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { setSelector } from '../fixes.ts';
import type { KubernetesState, Service } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { type Selectable, sameNamespace, selectables, selects, workloadName } from '../relations.ts';
import { distance } from './addresses.ts';
import { endpointsElsewhere, misnamedPort, targetPortMismatch } from './target-ports.ts';

/** Finds services that lead nowhere: a selector that matches no pod, a target port on which nothing listens, no ready pod. */
export const services: Analyzer = (context) => {
  const places = selectables(context.state);
  return context.state.services
    .filter((service) => !isByDesign(service))
    .flatMap((service) => diagnose(context, service, places));
};

/** Services that select nothing on purpose. */
function isByDesign({ type, externalName, name: own, raw }: Service): boolean {
  // The detector of endpoints reads the answers of our own server.
  if (raw.answered === true) return true;
  return type === 'ExternalName' || externalName !== null || own === 'kubernetes';
}

function diagnose({ state }: Context, service: Service, places: Selectable[]): Diagnosis[] {
  if (Object.keys(service.selector).length === 0) return endpointsElsewhere(state, service, places);
  const inside = places.filter((place) => sameNamespace(place.namespace, service.namespace));
  const selected = inside.filter(({ labels }) => selects(service.selector, labels));
  if (selected.length === 0) {
    const none = service.endpoints?.length === 0;
    // Whoever has endpoints selects somebody, though the labels of its pods were not shown.
    if (service.endpoints !== null && !none) return [];
    if (!none && hasUnlabelledNamesakes(state, service)) return [];
    const misnamed = none ? misnamedPort(state, service) : null;
    if (misnamed) return [misnamed];
    const near = nearest(service, inside) ?? (none ? namesake(state, service) : null);
    if (!near && none && hasUnreadyNamesakes(state, service)) return [];
    return near || none ? [selectorMismatch(service, near, none)] : [];
  }
  const meant = strangers(service, selected, inside);
  if (meant) return [selectorMismatch(service, meant, false, selected[0])];
  const mismatch = targetPortMismatch(service, selected);
  if (mismatch) return [mismatch];
  return notReady(state, service, selected);
}

/** The workload that bears the name of a service without endpoints; a table tells the labels that it selects its own pods by. */
function namesake(state: KubernetesState, service: Service): Selectable | null {
  const found = state.workloads.find(
    (one) =>
      one.template !== null &&
      Object.keys(one.selector).length > 0 &&
      sameNamespace(one.namespace, service.namespace) &&
      alike(one.name, service.name) &&
      !selects(service.selector, one.selector),
  );
  const { template } = found ?? { template: null };
  return found && template ? { ...found, template, labels: found.selector, pod: null } : null;
}

/** Pods of the service's name that are not ready, of which nothing told the labels: then it has no endpoints, whatever it selects. */
const hasUnreadyNamesakes = ({ pods }: KubernetesState, { name: own, namespace }: Service): boolean =>
  pods.some(
    (pod) =>
      pod.ready === false &&
      Object.keys(pod.template.labels).length === 0 &&
      sameNamespace(pod.namespace, namespace) &&
      alike(workloadName(pod), own),
  );

/** Pods of the service's very name of which nothing told the labels: it may well select them. */
const hasUnlabelledNamesakes = ({ pods }: KubernetesState, { name: own, namespace }: Service): boolean =>
  pods.some(
    (pod) =>
      workloadName(pod) === own &&
      Object.keys(pod.template.labels).length === 0 &&
      sameNamespace(pod.namespace, namespace),
  );

const pairs = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

/** The pods that the service was probably meant for: they bear its name or most of its selector. */
function nearest(service: Service, places: Selectable[]): Selectable | null {
  const wanted = Object.entries(service.selector);
  const scored = places.map((place) => {
    const matching = wanted.filter(([key, value]) => place.labels[key] === value).length;
    const sameKey = wanted.filter(
      ([key, value]) => place.labels[key] !== undefined && alike(place.labels[key] ?? '', value),
    ).length;
    const own = place.pod ? workloadName(place.pod) : place.name;
    const named = own === service.name || alike(own, service.name);
    return { place, score: matching * 2 + sameKey + (named ? 2 : 0) };
  });
  const best = scored.toSorted((left, right) => right.score - left.score)[0];
  return best && best.score >= 2 ? best.place : null;
}

/** Names that differ by a suffix, a number or a typo. */
export function alike(left: string, right: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[-_.]|service$|svc$|app$|\d+$/g, '');
  const [one, two] = [bare(left), bare(right)];
  if (one === '' || two === '') return false;
  return (
    one.startsWith(two) || two.startsWith(one) || (Math.min(one.length, two.length) >= 5 && distance(one, two) <= 2)
  );
}

/** The pods that bear the service's very name, where it selects only pods of other names. */
function strangers({ name: own, selector }: Service, selected: Selectable[], inside: Selectable[]): Selectable | null {
  const nameOf = (place: Selectable) => (place.pod ? workloadName(place.pod) : place.name);
  if (selected.some((place) => alike(nameOf(place), own))) return null;
  // Labels that several workloads share are selected on purpose.
  if (new Set(selected.map(nameOf)).size > 1) return null;
  return inside.find((place) => nameOf(place) === own && !selects(selector, place.labels)) ?? null;
}

function selectorMismatch(
  service: Service,
  near: Selectable | null,
  none: boolean,
  wrong: Selectable | undefined = undefined,
): Diagnosis {
  const own = near ? (near.pod ? `pod ${near.name}` : `the pods of ${near.name}`) : null;
  return diagnosis({
    kind: 'selector-mismatch',
    class: 'network',
    statement: `The selector of Service ${name(service.name)} (${pairs(service.selector)}) ${wrong ? `matches pods of ${name(wrong.pod ? workloadName(wrong.pod) : wrong.name)}, which are not its own` : 'matches no pod, so the service has no endpoints'}${own && near ? `: ${own} ${near.pod ? 'has' : 'have'} the labels ${pairs(withoutHash(near.labels)) || 'none'} (selector mismatch)` : ''}`,
    component: service.name,
    namespace: service.namespace,
    touches: [
      service.name,
      ...[near, wrong].flatMap((one) => (one ? [one.name, one.pod ? workloadName(one.pod) : one.name] : [])),
    ],
    confidence: wrong ? 0.88 : near && none ? 0.94 : near ? 0.82 : 0.78,
    evidence: [...service.evidence, ...(near?.evidence ?? [])],
    actions: [
      ...describeAction('service', service.name, service.namespace, 'See selector and endpoints of the service'),
      ...listAction('pods', service.namespace, 'See the labels that the pods really have'),
      ...setSelector(service, near),
    ],
    prevention: [
      'Alert on services without endpoints, and let one source (chart, kustomize) write labels and selectors.',
    ],
  });
}

function withoutHash(labels: Record<string, string>): Record<string, string> {
  const noise =
    /pod-template-hash|controller-revision-hash|controller-uid|statefulset\.kubernetes\.io|pod-index|helm\.sh|managed-by/;
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => !noise.test(key))
      .slice(0, 5),
  );
}

function notReady(state: KubernetesState, service: Service, selected: Selectable[]): Diagnosis[] {
  const pods = selected.flatMap(({ pod }) => pod ?? []);
  const known = pods.filter(({ ready }) => ready !== null);
  const none = service.endpoints?.length === 0 || (known.length > 0 && known.every(({ ready }) => ready === false));
  if (!none || pods.length === 0 || state.desiredOnly) return [];
  return [
    diagnosis({
      kind: 'no-ready-endpoint',
      class: 'network',
      statement: `Service ${name(service.name)} has no ready endpoints because none of the pods that it selects is ready`,
      component: service.name,
      namespace: service.namespace,
      touches: [service.name, ...pods.flatMap((pod) => [pod.name, workloadName(pod)])],
      confidence: 0.6,
      cause: false,
      depth: DEPTH.service,
      evidence: [...service.evidence, ...pods.flatMap(({ evidence }) => evidence)],
      actions: describeAction('service', service.name, service.namespace, 'See the endpoints of the service'),
    }),
  ];
}
