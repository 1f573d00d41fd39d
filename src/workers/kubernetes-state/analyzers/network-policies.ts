import { serviceOfHost } from '../../detectors/support/names.ts';
import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { isRecord, type Raw, recordAt, recordsAt, textAt, textMapAt, textsAt, valueAt } from '../raw.ts';
import { type Selectable, sameNamespace, selectables, selects, workloadName } from '../relations.ts';
import { addressesOf } from './addresses.ts';

/** Finds network policies that block a path which a workload is configured to use, or which the alert names. */
export const networkPolicies: Analyzer = (context) => {
  const policies = context.state.others.get('NetworkPolicy') ?? [];
  if (policies.length === 0) return [];
  const places = selectables(context.state);
  const blocked = pathsOf(context, places).flatMap((path) =>
    policies.flatMap((policy) => blocks(context.state, policy, path)),
  );
  return blocked.length > 0 ? blocked.slice(0, 3) : suspects(context, policies, places);
};

/** Somebody talks to somebody, on a port where it is known. */
type Path = { from: Selectable; to: Selectable; port: string | null };

function pathsOf({ state, text }: Context, places: Selectable[]): Path[] {
  const configured = places.flatMap((from) =>
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
      return to.map((one) => ({ from, to: one, port: target }));
    }),
  );
  if (configured.length > 0) return configured;
  const named = places.filter((place) =>
    text.includes((place.pod ? workloadName(place.pod) : place.name).toLowerCase()),
  );
  return named.flatMap((from) =>
    named.filter((to) => ownName(to) !== ownName(from)).map((to) => ({ from, to, port: null })),
  );
}

const ownName = (place: Selectable): string => (place.pod ? workloadName(place.pod) : place.name);

function blocks(state: KubernetesState, policy: Meta, path: Path): Diagnosis[] {
  const ingress = blocksSide(state, policy, path, 'ingress');
  const egress = blocksSide(state, policy, path, 'egress');
  const side = ingress ?? egress;
  if (!side) return blocksNames(policy, path);
  const [at, other] = ingress ? [path.to, path.from] : [path.from, path.to];
  const allowed = side.allowed
    ? ` only allows ${ingress ? 'ingress from' : 'egress to'} ${side.allowed}`
    : ` allows no ${ingress ? 'ingress' : 'egress'} at all`;
  const labels = Object.entries(other.labels)
    .filter(([key]) => !/hash|uid/.test(key))
    .map(([key, value]) => `${key}=${value}`)
    .slice(0, 3)
    .join(', ');
  return [
    diagnosis({
      kind: 'policy-blocks',
      class: 'network',
      statement: `NetworkPolicy ${name(policy.name)} (network policy) blocks the traffic from ${name(ownName(path.from))} to ${name(ownName(path.to))}: for ${name(ownName(at))} it${allowed}, and ${name(ownName(other))} has the labels ${labels || 'none'}, so connections time out`,
      component: policy.name,
      namespace: policy.namespace,
      touches: [policy.name, ownName(path.from), ownName(path.to), path.from.name, path.to.name],
      confidence: 0.86,
      evidence: [...policy.evidence, ...path.from.evidence, ...path.to.evidence],
      actions: policyActions(policy),
      prevention: ['Test network policies with the paths that the applications use before they are enforced.'],
    }),
  ];
}

/** Egress rules that let the path through but leave out DNS: the name of the service never resolves. */
function blocksNames(policy: Meta, { from, to, port }: Path): Diagnosis[] {
  const spec = recordAt(policy.raw, 'spec');
  if (
    port === null ||
    !sameNamespace(policy.namespace, from.namespace) ||
    !covers(spec, from) ||
    !applies(spec, 'egress')
  )
    return [];
  const open = recordsAt(spec, 'egress').some((rule) => {
    const ports = recordsAt(rule, 'ports');
    return (
      ports.some((one) => textAt(one, 'port') === '53') ||
      (ports.length === 0 && recordsAt(rule, 'to').length === 0) ||
      (ports.length === 0 && recordsAt(rule, 'to').some((peer) => peer.namespaceSelector !== undefined))
    );
  });
  if (open) return [];
  return [
    diagnosis({
      kind: 'policy-blocks-dns',
      class: 'network',
      statement: `NetworkPolicy ${name(policy.name)} (network policy) limits the egress of ${name(ownName(from))} and does not allow DNS, so the name of ${name(ownName(to))} cannot be resolved`,
      component: policy.name,
      namespace: policy.namespace,
      touches: [policy.name, ownName(from), from.name, ownName(to)],
      confidence: 0.76,
      evidence: [...policy.evidence, ...from.evidence],
      actions: policyActions(policy),
    }),
  ];
}

function policyActions(policy: Meta) {
  return [
    ...describeAction('networkpolicy', policy.name, policy.namespace, 'See whom the policy covers and what it allows'),
    changeAction(
      'Allow the path in the policy',
      'Opens a path between pods; keep it as narrow as the labels and the port.',
    ),
  ];
}

type Side = 'ingress' | 'egress';

/** What the policy allows instead, null where it does not cover the pod or lets the path through. */
function blocksSide(state: KubernetesState, policy: Meta, path: Path, side: Side): { allowed: string } | null {
  const [covered, peer] = side === 'ingress' ? [path.to, path.from] : [path.from, path.to];
  const spec = recordAt(policy.raw, 'spec');
  if (!sameNamespace(policy.namespace, covered.namespace) || !covers(spec, covered) || !applies(spec, side))
    return null;
  const rules = recordsAt(spec, side);
  if (rules.some((rule) => allows(state, rule, side, peer, path.port, policy.namespace))) return null;
  return {
    allowed: rules
      .map((rule) => described(rule, side))
      .filter((text) => text !== '')
      .join(' or '),
  };
}

function covers(spec: Raw, { labels }: Selectable): boolean {
  return matches(valueAt(spec, 'podSelector'), labels);
}

function applies(spec: Raw, side: Side): boolean {
  const types = textsAt(spec, 'policyTypes').map((type) => type.toLowerCase());
  return types.length > 0 ? types.includes(side) : side === 'ingress' || spec.egress !== undefined;
}

/** A label selector: absent matches nothing here, empty matches everything. */
function matches(selector: unknown, labels: Record<string, string>): boolean {
  if (!isRecord(selector)) return false;
  const wanted = textMapAt(selector, 'matchLabels');
  const expressions = recordsAt(selector, 'matchExpressions').every((one) => {
    const value = labels[textAt(one, 'key') ?? ''];
    const values = textsAt(one, 'values');
    const operator = textAt(one, 'operator');
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    return operator === 'Exists' ? value !== undefined : value === undefined;
  });
  return expressions && Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function allows(
  state: KubernetesState,
  rule: Raw,
  side: Side,
  peer: Selectable,
  port: string | null,
  namespace: string | null,
): boolean {
  const ports = recordsAt(rule, 'ports').map((one) => textAt(one, 'port'));
  const portFits =
    port === null || ports.length === 0 || ports.some((one) => one === null || one === port || !/^\d+$/.test(one));
  const peers = recordsAt(rule, side === 'ingress' ? 'from' : 'to');
  return portFits && (peers.length === 0 || peers.some((one) => allowsPeer(state, one, peer, namespace)));
}

function allowsPeer(state: KubernetesState, rule: Raw, peer: Selectable, namespace: string | null): boolean {
  if (rule.ipBlock !== undefined) return /^0\.0\.0\.0\/0$|^10\./.test(textAt(rule, 'ipBlock', 'cidr') ?? '');
  const pod = rule.podSelector === undefined || matches(rule.podSelector, peer.labels);
  if (rule.namespaceSelector === undefined) return pod && sameNamespace(peer.namespace, namespace);
  const place = (state.others.get('Namespace') ?? []).find((one) => one.name === peer.namespace);
  const labels = { 'kubernetes.io/metadata.name': peer.namespace ?? '', name: peer.namespace ?? '', ...place?.labels };
  return pod && matches(rule.namespaceSelector, labels);
}

function described(rule: Raw, side: Side): string {
  const peers = recordsAt(rule, side === 'ingress' ? 'from' : 'to').map((peer) => {
    const parts = (['podSelector', 'namespaceSelector'] as const).flatMap((member) =>
      Object.entries(textMapAt(peer, member, 'matchLabels')).map(
        ([key, value]) => `${member === 'podSelector' ? 'pods' : 'namespaces'} with ${key}=${value}`,
      ),
    );
    return parts.join(' in ') || (textAt(peer, 'ipBlock', 'cidr') ?? '');
  });
  const ports = recordsAt(rule, 'ports').flatMap((one) => textAt(one, 'port') ?? []);
  return [peers.filter(Boolean).join(', '), ports.length > 0 ? `on port ${ports.join(', ')}` : '']
    .filter(Boolean)
    .join(' ');
}

/** Without a known path: a policy that isolates the pods of the alert is worth a look when it speaks of connections. */
function suspects({ text }: Context, policies: Meta[], places: Selectable[]): Diagnosis[] {
  if (!/time(?:d )?[ -]?out|unreachable|connect|refus|network|traffic|reach/i.test(text)) return [];
  return policies.flatMap((policy) => {
    const spec = recordAt(policy.raw, 'spec');
    const covered = places.filter((place) => sameNamespace(policy.namespace, place.namespace) && covers(spec, place));
    const isolated = (['ingress', 'egress'] as const).filter(
      (side) => applies(spec, side) && recordsAt(spec, side).length === 0,
    );
    const [place] = covered;
    if (!place || isolated.length === 0) return [];
    return [
      diagnosis({
        kind: 'policy-isolates',
        class: 'network',
        statement: `NetworkPolicy ${name(policy.name)} (network policy) isolates ${name(ownName(place))}: it allows no ${isolated.join(' and no ')} traffic, so connections time out`,
        component: policy.name,
        namespace: policy.namespace,
        touches: [policy.name, ...covered.flatMap((one) => [one.name, ownName(one)])],
        confidence: 0.7,
        evidence: [...policy.evidence, ...place.evidence],
        actions: policyActions(policy),
      }),
    ];
  });
}
