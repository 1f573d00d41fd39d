import { alertText } from '../alert-facts.ts';
import { complains } from '../database-state/complaints.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { DOUBT } from '../detectors/support/doubt.ts';
import { ownName, type Path, pathsOf } from './analyzers/policy-paths.ts';
import { allows, applies, covers, matches, type Side } from './analyzers/policy-rules.ts';
import { diagnose } from './diagnose.ts';
import type { KubernetesState, Meta } from './kubernetes-state.ts';
import { name } from './quote.ts';
import { type Raw, recordAt, recordsAt, textAt } from './raw.ts';
import { type Selectable, sameNamespace, selectables, servicesOf } from './relations.ts';

/** Who asks whether a policy stops somebody. */
const ASKS = /\bpolic(?:y|ies)\b[^?]{0,300}\?|\b(?:block|allow|permit|isolat|den(?:y|ied))[^?]{0,300}\?/i;
/** Policies of other makers, which are not read here. */
const OTHER_POLICIES =
  /^(?:Cilium|GlobalNetwork|AdminNetwork|BaselineAdmin|ClusterNetwork|Authorization|Staged|Egress(?:Firewall|NetworkPolicy)|PeerAuthentication|ServerAuthorization)/;

/**
 * What shows, by the objects as they are wanted, that the policies let a caller through to the one whom it is told to call: both run, the
 * service leads to the port that is listened on, and both sides (and the name servers) are open. Null for every other question.
 */
export function policiesLetThrough(input: DetectorInput): { statement: string; evidence: number[] } | null {
  const asked = alertText(input.alerts);
  if (!ASKS.test(asked) || complains(asked)) return null;
  const { context, diagnoses } = diagnose(input);
  const { state } = context;
  const foreign = [...state.others.keys()].some((kind) => OTHER_POLICIES.test(kind));
  if (!state.desiredOnly || foreign || diagnoses.some(({ confidence }) => confidence >= DOUBT)) return null;
  const policies = state.others.get('NetworkPolicy') ?? [];
  const paths = pathsOf(context, selectables(state)).filter((path) => isAskedWay(context.text, path));
  const [first] = paths;
  if (!first || !paths.every((path) => isWhole(state, path) && isOpen(state, policies, path))) return null;
  const own = policies.filter((policy) => isCovered(policy, first.to) || isCovered(policy, first.from));
  if (own.length === 0) return null;
  return {
    statement: `the network policies (${own
      .slice(0, 3)
      .map((one) => name(one.name))
      .join(
        ', ',
      )}) let ${name(ownName(first.from))} through to ${name(ownName(first.to))} on port ${first.port}, and the service, its port and the labels fit together`,
    evidence: [
      ...new Set([...own, ...paths.flatMap(({ from, to }) => [from, to])].flatMap(({ evidence }) => evidence)),
    ],
  };
}

/** The one who is called stands first there. */
const PASSIVE =
  /\b(?:be|being|been|is|are) (?:still )?(?:\w{3,20}ed|blocked off|cut off|shut off) (?:by|from|for|to)\b|\b(?:reachable|accessible|open|closed) (?:by|from|for|to)\b/;

/** True for the way that a question (in lower case) is about: both ends are named, the one who calls first. */
export function isAskedWay(text: string, { from, to }: Path): boolean {
  const [caller, callee] = [from, to].map((end) => text.indexOf(ownName(end).toLowerCase()));
  if (caller === undefined || callee === undefined || caller < 0 || callee < 0) return false;
  return caller < callee || PASSIVE.test(text);
}

const isCovered = ({ namespace, raw }: Meta, place: Selectable): boolean =>
  sameNamespace(namespace, place.namespace) && covers(recordAt(raw, 'spec'), place);

/** Both ends are wanted, and a service leads to a port that the callee's container names. */
function isWhole(state: KubernetesState, { from, to, port }: Path): boolean {
  const rests = state.workloads.some(
    (one) =>
      one.desired === 0 &&
      [from, to].some((end) => end.name === one.name && sameNamespace(end.namespace, one.namespace)),
  );
  const listens = to.template.containers.flatMap(({ ports }) => ports).filter((one) => String(one.port) === port);
  const led = servicesOf(state, to.namespace, to.labels).some(({ ports }) =>
    ports.some((one) => {
      const target = one.targetPort ?? String(one.port);
      return listens.some((own) => String(own.port) === target || own.name === target);
    }),
  );
  return !rests && led;
}

/** True where both sides of a path, and the name servers of the one who calls, are open. */
export function isOpen(state: KubernetesState, policies: Meta[], path: Path): boolean {
  const sides = (['ingress', 'egress'] as const).every((side) => {
    const own = covering(policies, side === 'ingress' ? path.to : path.from, side);
    return (
      own.length === 0 || own.some(({ rule, namespace }) => rule !== null && lets(state, rule, side, path, namespace))
    );
  });
  const asking = covering(policies, path.from, 'egress');
  return sides && (asking.length === 0 || asking.some(({ rule }) => rule !== null && reachesNames(rule)));
}

type Rule = { rule: Raw | null; namespace: string | null };

/** The rules of all policies that limit this side of a pod; a policy without rules is one with none. */
function covering(policies: Meta[], place: Selectable, side: Side): Rule[] {
  return policies
    .filter((policy) => isCovered(policy, place) && applies(recordAt(policy.raw, 'spec'), side))
    .flatMap(({ raw, namespace }): Rule[] => {
      const rules = recordsAt(raw, 'spec', side);
      return rules.length > 0 ? rules.map((rule) => ({ rule, namespace })) : [{ rule: null, namespace }];
    });
}

/** Stricter than the search for faults: ranges of addresses prove nothing, and the protocol has to fit. */
function lets(state: KubernetesState, rule: Raw, side: Side, path: Path, namespace: string | null): boolean {
  const ports = recordsAt(rule, 'ports');
  const named = path.to.template.containers.flatMap(({ ports: own }) => own);
  const fits = ports.some((one) => {
    const port = textAt(one, 'port') ?? path.port ?? '';
    const number = named.find((own) => own.name === port)?.port ?? Number(port);
    const last = Number(textAt(one, 'endPort') ?? number);
    return isTcp(one) && Number(path.port) >= number && Number(path.port) <= last;
  });
  const key = side === 'ingress' ? 'from' : 'to';
  const peers = recordsAt(rule, key);
  const peer = side === 'ingress' ? path.from : path.to;
  const known = peers.filter((one) => one.ipBlock === undefined);
  return (
    (ports.length === 0 || fits) &&
    (peers.length === 0 || known.some((one) => allows(state, { [key]: [one] }, side, peer, null, namespace)))
  );
}

const isTcp = (port: Raw): boolean => (textAt(port, 'protocol') ?? 'TCP') === 'TCP';

const NAME_SERVERS = { 'kubernetes.io/metadata.name': 'kube-system', name: 'kube-system' };

/** Names are asked for with UDP. */
function reachesNames(rule: Raw): boolean {
  const ports = recordsAt(rule, 'ports');
  const asks = ports.some((one) => textAt(one, 'port') === '53' && textAt(one, 'protocol') === 'UDP');
  const peers = recordsAt(rule, 'to');
  const there = peers.some(
    (one) => one.namespaceSelector !== undefined && matches(one.namespaceSelector, NAME_SERVERS),
  );
  return (ports.length === 0 || asks) && (peers.length === 0 || there);
}
