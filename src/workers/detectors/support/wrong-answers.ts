import { blockList, contains } from '../../../shared/mcp/servers/network/address-ranges.ts';
import { buildState } from '../../kubernetes-state/build-state.ts';
import type { KubernetesState, Service } from '../../kubernetes-state/kubernetes-state.ts';
import { textsAt } from '../../kubernetes-state/raw.ts';
import { selects } from '../../kubernetes-state/relations.ts';
import type { DetectorInput } from '../detector.ts';
import { disagreeingAnswers } from './disagreeing-answers.ts';
import { evidenceOf } from './evidence-of.ts';
import { isIpAddress, serviceOfHost } from './names.ts';
import { oncePer } from './once-per.ts';
import { unique } from './text.ts';

/** The addresses that DNS gave for a name, as `dns.lookup` brought them. */
export type Looked = { name: string; type: string; addresses: string[]; evidence: number; at: string };

/** An answer of DNS that leads elsewhere than its name should: one clause of what it says and what it should say. */
export type WrongAnswer = Pick<Looked, 'name' | 'at'> & { says: string; confidence: number; evidence: number[] };

/** The answers of the evidence that lead to a wrong address; silent where nothing tells what a name should lead to. */
export const wrongAnswers = oncePer((input: DetectorInput): WrongAnswer[] => {
  const state = buildState(input.evidence);
  const looked = addressesLookedUp(input);
  const single = looked.flatMap((one) => judged(one, state, input) ?? []);
  const rest = looked.filter(({ name }) => serviceNamed(name, state, input) === null);
  const all = [...single, ...disagreeingAnswers(rest, input)];
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
});

/** Addresses that our own configuration fixed are no answers of DNS. */
function addressesLookedUp({ evidence }: DetectorInput): Looked[] {
  return evidenceOf(evidence, 'dns.lookup').flatMap(({ data, number, evidence: item }) => {
    const { name, type, answers, fixed } = data;
    const addresses = /^A(?:AAA)?$/.test(type) && !fixed ? answers.filter(isIpAddress).map(canonical) : [];
    const looked = { name: name.toLowerCase().replace(/\.$/, ''), type, addresses, evidence: number };
    return addresses.length > 0 && !isIpAddress(name) ? [{ ...looked, at: item.collectedAt }] : [];
  });
}

/** One spelling of an address: IPv6 has many. */
const canonical = (address: string): string =>
  address.includes(':') && !address.includes('%') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

function judged(looked: Looked, state: KubernetesState, input: DetectorInput): WrongAnswer | null {
  const service = serviceNamed(looked.name, state, input);
  return service ? againstService(looked, service, state) : (special(looked) ?? ofAnotherService(looked, state));
}

/** What a sentence about these addresses says of whose they are, and the evidence of that. */
function wrong(looked: Looked, state: KubernetesState | null, rest: string, confidence: number, of: number[]) {
  const { name, at, addresses, evidence } = looked;
  const owner = state && addresses.map((address) => ownerOf(address, state)).find((one) => one !== null);
  const whose = owner ? `, an address of Service ${owner.name}` : '';
  return {
    name,
    at,
    says: `it leads to ${addresses.slice(0, 3).join(', ')}${whose}${rest}`,
    confidence,
    evidence: unique([evidence, ...of, ...(owner?.evidence ?? [])]).sort((left, right) => left - right),
  };
}

/** A name of another cluster of the set has an address of its own. */
const OF_CLUSTER_SET = /\.svc\.clusterset\./;

/** The one service that a name stands for; a bare name stands for it only in the namespace of the alert. */
function serviceNamed(name: string, { services }: KubernetesState, { facts }: DetectorInput): Service | null {
  const place = OF_CLUSTER_SET.test(name) ? null : serviceOfHost(name);
  if (!place) return null;
  const namespace = place.namespace ?? facts.namespace ?? null;
  const found = services.filter(
    (one) => one.name === place.service && (namespace === null || one.namespace === namespace),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

function againstService(looked: Looked, service: Service, state: KubernetesState): WrongAnswer | null {
  if (service.type === 'ExternalName') return null;
  const headless = service.clusterIp === 'None';
  const known = headless ? placesOf(service, state) : { addresses: clusterAddresses(service), evidence: [] };
  const comparable = known.addresses.filter((one) => one.includes(':') === (looked.type === 'AAAA'));
  if (comparable.length === 0 || looked.addresses.some((one) => comparable.includes(one))) return null;
  const right = comparable.slice(0, 3).join(', ');
  const should = headless
    ? `, while the pods of Service ${service.name} have ${right}`
    : `, while Service ${service.name} has the cluster address ${right}`;
  return wrong(looked, state, should, headless ? 0.8 : 0.9, [...service.evidence, ...known.evidence]);
}

const clusterAddresses = ({ clusterIp, raw }: Service): string[] =>
  unique([clusterIp ?? '', ...textsAt(raw, 'spec', 'clusterIPs')].filter(isIpAddress).map(canonical));

/** `10.0.0.7:80` and `[fd00::7]:80` without their ports. */
const withoutPort = (place: string): string =>
  (isIpAddress(place) ? place : place.replace(/:\d+$/, '')).replace(/^\[|\]$/g, '');

function placesOf(service: Service, { pods }: KubernetesState): { addresses: string[]; evidence: number[] } {
  const own = pods.filter(
    (pod) => pod.ip && pod.namespace === service.namespace && selects(service.selector, pod.template.labels),
  );
  const places = [...(service.endpoints ?? []), ...service.notReady].map(withoutPort);
  const addresses = [...places, ...own.map(({ ip }) => ip ?? '')].filter(isIpAddress).map(canonical);
  return { addresses: unique(addresses), evidence: own.flatMap(({ evidence }) => evidence) };
}

const NOWHERE = blockList(['0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128']);
const DOCUMENTATION = blockList(['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32']);

/** Names that may lead to the own machine, and lists of addresses (`4.3.2.1.list`), whose answers 127.0.0.x are verdicts. */
const LOCAL = /^[^.]+$|(?:^|\.)(?:localhost|localdomain|docker\.internal)$|^(?!.*\.svc\.).*\.local$|^(?:\d{1,3}\.){4}/;
/** Names that are kept for documentation and tests (RFC 2606), to which such addresses belong. */
const RESERVED = /(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid)$/;

/** An address that no server has, for a name that is not local. */
function special(looked: Looked): WrongAnswer | null {
  const { name, addresses } = looked;
  const spelled = addresses.some((one) => name.includes(one) || name.includes(one.replaceAll('.', '-')));
  if (LOCAL.test(name) || spelled) return null;
  const nowhere = addresses.filter((one) => contains(NOWHERE, one));
  if (nowhere.length > 0) {
    const rest = ', which is the own machine of whoever asks, or no machine at all';
    return wrong({ ...looked, addresses: nowhere }, null, rest, 0.85, []);
  }
  const unreal = RESERVED.test(name) ? [] : addresses.filter((one) => contains(DOCUMENTATION, one));
  if (unreal.length === 0) return null;
  return wrong({ ...looked, addresses: unreal }, null, ', which is kept for documentation and leads nowhere', 0.8, []);
}

/**
 * An address inside the cluster that belongs to a service of another name, where the name is one of the cluster's or its first label
 * is a service with an address of its own; entrances (load balancers, node ports) serve many names.
 */
function ofAnotherService(looked: Looked, state: KubernetesState): WrongAnswer | null {
  const [label = ''] = looked.name.split('.');
  const inside = /\.svc(?:\.|$)/.test(looked.name) && !OF_CLUSTER_SET.test(looked.name);
  const owners = looked.addresses.map((address) => ownerOf(address, state));
  const others = owners.every((owner) => owner && owner.type !== 'LoadBalancer' && owner.type !== 'NodePort');
  const namesake = state.services.some((one) => one.name === label && clusterAddresses(one).length > 0);
  const own = owners.some((owner) => owner?.name === label);
  if (!others || !(inside || namesake) || (own && !inside)) return null;
  return wrong(looked, state, `, not to ${label}`, 0.82, []);
}

/** The service that has an address by itself, or through the one of its pods. */
const ownerOf = (address: string, { services }: KubernetesState): Service | null =>
  services.find((one) => clusterAddresses(one).includes(address)) ??
  services.find((one) => (one.endpoints ?? []).some((place) => canonical(withoutPort(place)) === address)) ??
  null;
