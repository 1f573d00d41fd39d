import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { saidBy } from '../logs/pod-log.ts';
import { calleeOf } from '../logs/store-of.ts';
import { writerOf } from '../mentions.ts';
import { name } from '../quote.ts';
import { type Raw, recordAt, recordsAt, textAt } from '../raw.ts';
import { type Selectable, sameNamespace, selectables } from '../relations.ts';
import { addressesOf } from './addresses.ts';
import { guessedPlaces, jobPlaces, ownName, type Path, pathsOf, usualPlaces } from './policy-paths.ts';
import { allows, applies, covers, described, matches, type Side } from './policy-rules.ts';

/** Finds network policies that block a path which a workload is configured to use, or which the alert names. */
export const networkPolicies: Analyzer = (context) => {
  const all = context.state.others.get('NetworkPolicy') ?? [];
  if (all.length === 0) return [];
  const policies = all.filter(tellsRules);
  const places = [...selectables(context.state), ...guessedPlaces(context.state)];
  const unread = all
    .filter((policy) => !tellsRules(policy))
    .flatMap((policy) => coveredSilence(context, policy, places));
  if (policies.length === 0) return unread.slice(0, 2);
  const blocked = pathsOf(context, places).flatMap((path) =>
    policies.flatMap((policy) => blocks(context.state, policy, path, policies)),
  );
  const nameless = [...places, ...usualPlaces(context.state), ...jobPlaces(context.state)]
    .filter((place) => namesFail(context.state, place) || asksForNames(context.state, place))
    .flatMap((from) => policies.flatMap((policy) => blocksNames(context.state, policy, { from, to: null }, policies)));
  const found = [...blocked, ...nameless];
  return found.length > 0 ? found.slice(0, 3) : suspects(context, policies, places);
};

/** Where nothing was seen running: a program that is told to call somebody by name. */
const asksForNames = ({ desiredOnly }: KubernetesState, { template }: Selectable): boolean =>
  desiredOnly && addressesOf(template).some(({ host }) => /[a-z]/i.test(host));

/** A row of a table tells only whom a policy covers. */
function tellsRules({ raw }: Meta): boolean {
  const spec = recordAt(raw, 'spec');
  return (
    raw.rowOnly !== true || spec.policyTypes !== undefined || spec.ingress !== undefined || spec.egress !== undefined
  );
}

/** Callers that time out at pods which a policy covers, though its rules were not seen. */
function coveredSilence({ state }: Context, policy: Meta, places: Selectable[]): Diagnosis[] {
  const covered = places.filter(
    (place) => sameNamespace(policy.namespace, place.namespace) && covers(recordAt(policy.raw, 'spec'), place),
  );
  const silent = new Set(
    state.logs.flatMap((log) => {
      const said = saidBy([log]);
      return said?.line.kind && /^(?:timeout|database-unreachable|connection-lost)$/.test(said.line.kind.name)
        ? (calleeOf(state, said, writerOf(log)) ?? [])
        : [];
    }),
  );
  const place = covered.find((one) => silent.has(ownName(one)));
  return place ? [isolates(policy, covered, place, 'covers it while its callers get no answer', 0.66)] : [];
}

/** Policies add up: a path is blocked only where none of those that cover a pod lets it through. */
function blocks(state: KubernetesState, policy: Meta, path: Path, all: Meta[]): Diagnosis[] {
  const sideOf = (side: Side) =>
    all.some((other) => blocksSide(state, other, path, side) === 'open')
      ? 'not covered'
      : blocksSide(state, policy, path, side);
  const [ingress, egress] = [blockedBy(sideOf('ingress')), blockedBy(sideOf('egress'))];
  const side = ingress ?? egress;
  if (!side) return blocksNames(state, policy, path, all);
  const [at, other] = ingress ? [path.to, path.from] : [path.from, path.to];
  const allowed = side.allowed
    ? ` only allows ${ingress ? 'ingress from' : 'egress to'} ${side.allowed}`
    : ` allows no ${ingress ? 'ingress' : 'egress'} at all`;
  const labels = Object.entries(other.labels)
    .filter(([key]) => !/hash|uid/.test(key))
    .map(([key, value]) => `${key}=${value}`)
    .slice(0, 3)
    .join(', ');
  const elsewhere =
    other.namespace !== null && policy.namespace !== null && other.namespace !== policy.namespace
      ? ` in the namespace ${name(other.namespace)} (a pod selector without a namespace selector means pods of the policy's own namespace ${name(policy.namespace)})`
      : '';
  return [
    diagnosis({
      kind: 'policy-blocks',
      class: 'network',
      statement: `NetworkPolicy ${name(policy.name)} (network policy) blocks the traffic from ${name(ownName(path.from))} to ${name(ownName(path.to))}: for ${name(ownName(at))} it${allowed}, and ${name(ownName(other))} has the labels ${labels || 'none'}${elsewhere}, so connections time out`,
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
function blocksNames(
  state: KubernetesState,
  policy: Meta,
  { from, to }: { from: Selectable; to: Selectable | null },
  all: Meta[],
): Diagnosis[] {
  const spec = recordAt(policy.raw, 'spec');
  if (!sameNamespace(policy.namespace, from.namespace) || !covers(spec, from) || !applies(spec, 'egress')) return [];
  const covering = all.filter(
    (one) => sameNamespace(one.namespace, from.namespace) && covers(recordAt(one.raw, 'spec'), from),
  );
  const rules = covering.flatMap((one) => recordsAt(one.raw, 'spec', 'egress'));
  const open = rules.some((rule) => {
    const ports = recordsAt(rule, 'ports');
    return (
      ports.some((one) => /^(?:53|dns(?:-tcp)?|domain)$/.test(textAt(one, 'port') ?? '')) ||
      (ports.length === 0 && (recordsAt(rule, 'to').length === 0 || recordsAt(rule, 'to').some(reachesNameServers)))
    );
  });
  if (open) return [];
  return [
    diagnosis({
      kind: 'policy-blocks-dns',
      class: 'network',
      statement: `NetworkPolicy ${name(policy.name)} (network policy) limits the egress of ${name(ownName(from))} and does not allow DNS, so ${to ? `the name of ${name(ownName(to))} cannot` : 'no name can'} be resolved`,
      component: policy.name,
      namespace: policy.namespace,
      touches: [policy.name, ownName(from), from.name, ...(to ? [ownName(to)] : [])],
      confidence: namesFail(state, from) ? 0.9 : 0.76,
      evidence: [...policy.evidence, ...from.evidence],
      actions: policyActions(policy),
    }),
  ];
}

/** True for peers that may hold the cluster's name servers: their namespace, or a range of addresses. */
function reachesNameServers(peer: Raw): boolean {
  if (peer.ipBlock !== undefined) return true;
  const home = { 'kubernetes.io/metadata.name': 'kube-system', name: 'kube-system' };
  return peer.namespaceSelector !== undefined && matches(peer.namespaceSelector, home);
}

/** True where a log of the program says that names do not resolve. */
const namesFail = (state: KubernetesState, from: Selectable): boolean =>
  state.logs.some((log) => writerOf(log) === ownName(from) && saidBy([log])?.line.kind?.name === 'name-resolution');

function policyActions(policy: Meta) {
  return [
    ...describeAction('networkpolicy', policy.name, policy.namespace, 'See whom the policy covers and what it allows'),
    changeAction(
      'Allow the path in the policy',
      'Opens a path between pods; keep it as narrow as the labels and the port.',
    ),
  ];
}

/** Whether the policy covers the pod and lets the path through; what it allows instead where it does not. */
type Verdict = 'not covered' | 'open' | { allowed: string };

const blockedBy = (verdict: Verdict): { allowed: string } | null => (typeof verdict === 'string' ? null : verdict);

function blocksSide(state: KubernetesState, policy: Meta, path: Path, side: Side): Verdict {
  const [covered, peer] = side === 'ingress' ? [path.to, path.from] : [path.from, path.to];
  const spec = recordAt(policy.raw, 'spec');
  if (!sameNamespace(policy.namespace, covered.namespace) || !covers(spec, covered) || !applies(spec, side))
    return 'not covered';
  const rules = recordsAt(spec, side);
  if (rules.some((rule) => allows(state, rule, side, peer, path.port, policy.namespace))) return 'open';
  return {
    allowed: rules
      .map((rule) => described(rule, side))
      .filter((text) => text !== '')
      .join(' or '),
  };
}

/** Without a known path: a policy that isolates the pods of the alert is worth a look when it speaks of connections. */
function suspects({ text }: Context, policies: Meta[], places: Selectable[]): Diagnosis[] {
  if (!/time(?:d )?[ -]?out|unreachable|connect|refus|network|traffic|reach/i.test(text)) return [];
  return policies.flatMap((policy) => {
    const spec = recordAt(policy.raw, 'spec');
    const covered = places.filter((place) => sameNamespace(policy.namespace, place.namespace) && covers(spec, place));
    const isolated = (['ingress', 'egress'] as const).filter(
      (side) => applies(spec, side) && recordsAt(spec, side).length === 0 && !opened(policies, covered[0], side),
    );
    const [place] = covered;
    if (!place || isolated.length === 0) return [];
    return [
      isolates(policy, covered, place, `allows no ${isolated.join(' and no ')} traffic, so connections time out`, 0.7),
    ];
  });
}

/** True where another policy that covers the pod lets something through on that side. */
const opened = (policies: Meta[], place: Selectable | undefined, side: Side): boolean =>
  place !== undefined &&
  policies.some(
    ({ namespace, raw }) =>
      sameNamespace(namespace, place.namespace) &&
      covers(recordAt(raw, 'spec'), place) &&
      applies(recordAt(raw, 'spec'), side) &&
      recordsAt(raw, 'spec', side).length > 0,
  );

function isolates(policy: Meta, covered: Selectable[], place: Selectable, what: string, confidence: number): Diagnosis {
  return diagnosis({
    kind: 'policy-isolates',
    class: 'network',
    statement: `NetworkPolicy ${name(policy.name)} (network policy) isolates ${name(ownName(place))}: it ${what}`,
    component: policy.name,
    namespace: policy.namespace,
    touches: [policy.name, ...covered.flatMap((one) => [one.name, ownName(one)])],
    confidence,
    evidence: [...policy.evidence, ...place.evidence],
    actions: policyActions(policy),
  });
}
