import { serviceOfHost } from '../../detectors/support/names.ts';
import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Meta } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { type Raw, recordsAt, textAt, textMapAt } from '../raw.ts';
import { sameNamespace, selectables, selects } from '../relations.ts';

/** Finds routes of the mesh (Istio) to subsets that nobody defines, or whose labels no pod of the service has. */
export const meshSubsets: Analyzer = (context) =>
  (context.state.others.get('VirtualService') ?? []).flatMap((route) =>
    destinationsOf(route)
      .flatMap((destination) => check(context, route, destination))
      .slice(0, 1),
  );

type Destination = { service: string; namespace: string | null; subset: string };

function destinationsOf({ raw, namespace }: Meta): Destination[] {
  const rules = ['http', 'tcp', 'tls'].flatMap((protocol) => recordsAt(raw, 'spec', protocol));
  return rules
    .flatMap((rule) => recordsAt(rule, 'route'))
    .filter((route) => textAt(route, 'weight') !== '0')
    .flatMap((route) => {
      const place = serviceOfHost(textAt(route, 'destination', 'host') ?? '');
      const subset = textAt(route, 'destination', 'subset');
      return place && subset ? [{ service: place.service, namespace: place.namespace ?? namespace, subset }] : [];
    });
}

function check({ state }: Context, route: Meta, { service, namespace, subset }: Destination): Diagnosis[] {
  const rules = (state.others.get('DestinationRule') ?? []).filter(
    (rule) =>
      serviceOfHost(textAt(rule.raw, 'spec', 'host') ?? '')?.service === service &&
      sameNamespace(rule.namespace, namespace),
  );
  if (rules.length === 0) return [];
  const found = rules
    .flatMap((rule) => recordsAt(rule.raw, 'spec', 'subsets').map((one) => ({ rule, one })))
    .find(({ one }) => textAt(one, 'name') === subset);
  if (!found)
    return [toDiagnosis(route, rules, service, `to the subset ${name(subset)}, which no DestinationRule defines`)];
  const labels = textMapAt(found.one as Raw, 'labels');
  const own = state.services.find((one) => one.name === service && sameNamespace(one.namespace, namespace));
  const pods = selectables(state).filter(
    (place) => own && sameNamespace(place.namespace, namespace) && selects(own.selector, place.labels),
  );
  if (pods.length === 0 || Object.keys(labels).length === 0 || pods.some((pod) => selects(labels, pod.labels)))
    return [];
  const wanted = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  const what = `to the subset ${name(subset)} with the labels ${wanted}, which no pod of ${name(service)} has`;
  return [toDiagnosis(route, [found.rule, ...pods], service, what)];
}

function toDiagnosis(route: Meta, seen: { evidence: number[] }[], service: string, what: string): Diagnosis {
  return diagnosis({
    kind: 'mesh-subset',
    class: 'network',
    statement: `VirtualService ${name(route.name)} sends requests for ${name(service)} ${what}, so the mesh has no healthy upstream for them`,
    component: service,
    namespace: route.namespace,
    touches: [service, route.name],
    confidence: 0.86,
    evidence: [...route.evidence, ...seen.flatMap(({ evidence }) => evidence)],
    actions: describeAction('virtualservice', route.name, route.namespace, 'See the routes and their subsets'),
    prevention: ['Check routes of the mesh against the labels of the pods before they are applied (istioctl analyze).'],
  });
}
