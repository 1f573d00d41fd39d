import { serviceOfHost, workloadOf } from '../detectors/support/names.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import type { KubernetesState, LogText } from './kubernetes-state.ts';
import { LEVEL_WORDS } from './logs/failure-words.ts';
import { workloadName } from './relations.ts';

const MAX_LINES = 3000;
const MAX_LINE = 1500;

/** The name of who wrote a log: the workload of its pod, or the service it was asked for by. */
export const writerOf = ({ pod, service }: LogText): string => (pod ? workloadOf(pod) : (service ?? ''));

/** How the objects of the cluster are called in lines of logs: names, and addresses of services and pods. */
export type NameBook = { names: Map<string, string>; addresses: Map<string, string> };

/** The names of services and workloads and the addresses that lead to them. */
export const nameBook = oncePer((state: KubernetesState): NameBook => {
  const names = [
    ...state.services.map(({ name }) => name),
    ...state.workloads.filter(({ kind }) => kind !== 'ReplicaSet').map(({ name }) => name),
    ...state.pods.map(workloadName),
  ];
  const services = state.services.flatMap(({ clusterIp, name }) =>
    clusterIp && clusterIp !== 'None' ? [[clusterIp, name] as const] : [],
  );
  const endpoints = state.services.flatMap(({ endpoints: own, name }) =>
    (own ?? []).map((address) => [address.replace(/:\d+$/, ''), name] as const),
  );
  const pods = state.pods.flatMap((pod) =>
    pod.ip && !pod.template.hostNetwork ? [[pod.ip, workloadName(pod)] as const] : [],
  );
  return {
    names: new Map(names.map((name) => [name.toLowerCase(), name])),
    addresses: new Map([...endpoints, ...services, ...pods]),
  };
});

const TOKEN = /[a-z0-9](?:[a-z0-9.-]{0,120}[a-z0-9])?/gi;

/** A method that a program calls: `GetProfiles`, `/shop.v1.CartService/EmptyCart`. */
const METHOD =
  /(?:\b\w{1,60}\.)?\b([A-Z]\w{1,60})\/[A-Z]\w{1,60}|\b(?:Get|List|Check|Find|Search|Create|Update|Delete|Make|Add|Put|Empty|Fetch|Load|Query|Call|Reserve)([A-Z][a-z]{2,60})\b/g;

/** What a program calls another one by in its own code: `ChargeClient`, `inventory-client`, `LedgerServiceStub`. */
const CLIENT =
  /\b([A-Z][A-Za-z0-9]{2,60}?)(?:Service|Svc|Api)?(?:Grpc|Http|Rest|Feign|Api)?(?:Client|Stub|Gateway|Connector|Proxy)\b|\b([a-z][a-z0-9-]{2,60}?)[-_](?:service[-_])?(?:client|stub|gateway|connector)\b/g;

/** The objects of the book whose clients a line names. */
export const namedAsClient = (line: string, { names }: NameBook): string[] =>
  [...line.slice(0, MAX_LINE).matchAll(CLIENT)].flatMap(
    ([, camel, dashed]) => servedBy(camel?.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-') ?? dashed ?? '', names) ?? [],
  );

/** The service that a method belongs to by its name, where there is one of that name. */
function servedBy(words: string, names: ReadonlyMap<string, string>): string | undefined {
  const word = words.toLowerCase();
  const forms = [word, word.replace(/s$/, ''), word.replace(/service$/, '')].filter((form) => form.length > 2);
  return forms
    .flatMap((form) => [form, `${form}service`, `${form}-service`])
    .map((form) => names.get(form))
    .find((known) => known !== undefined);
}

/** The objects of the book that a line names, in the order of the line; names of one plain word count only beside a port, dot or quote. */
export function namedIn(line: string, { names, addresses }: NameBook): string[] {
  const found = new Set<string>();
  for (const match of line.slice(0, MAX_LINE).matchAll(TOKEN)) {
    const token = match[0].toLowerCase();
    const address = addresses.get(token);
    if (address) found.add(address);
    const known =
      names.get(token) ??
      (token.includes('.') ? names.get(serviceOfHost(token)?.service ?? '') : undefined) ??
      names.get(workloadOf(token));
    if (known) found.add(known);
  }
  // A method tells whom it belongs to only where nobody is named.
  if (found.size > 0) return [...found];
  for (const [, service, noun] of line.slice(0, MAX_LINE).matchAll(METHOD)) {
    const known = servedBy(service ?? noun ?? '', names);
    if (known) found.add(known);
  }
  return [...found];
}

/** Whom the complaints in the logs of the named objects speak of. */
export function mentionedBy(state: KubernetesState, names: ReadonlySet<string>): string[] {
  const own = state.logs.filter(
    (log) => names.has(writerOf(log).toLowerCase()) || names.has(log.pod?.toLowerCase() ?? ''),
  );
  if (own.length === 0) return [];
  const book = nameBook(state);
  const lines = own
    .flatMap(({ lines: all }) => all.slice(-MAX_LINES))
    .filter((line) => LEVEL_WORDS.some(({ pattern }) => pattern.test(line.slice(0, MAX_LINE))));
  return [...new Set(lines.flatMap((line) => namedIn(line, book)))].map((name) => name.toLowerCase());
}

/** What programs say of a name that was not resolved. */
export const UNRESOLVED =
  /could not resolve|no such host|NXDOMAIN|SERVFAIL|ENOTFOUND|EAI_AGAIN|name resolution|name or service not known|UnknownHost|server misbehaving|zero addresses|bad address|can't resolve|no servers could be reached|name does not resolve/i;

/** The name servers of the cluster, where a log says that names do not resolve: then they concern everybody. */
export function nameServers(state: KubernetesState): string[] {
  const fails = state.logs.some(({ lines }) =>
    lines.slice(-MAX_LINES).some((line) => UNRESOLVED.test(line.slice(0, MAX_LINE))),
  );
  if (!fails) return [];
  const pods = state.pods.map(workloadName).filter((name) => /^(?:coredns|kube-dns|node-?local-?dns)/.test(name));
  return [...new Set([...pods, 'coredns', 'kube-dns'])];
}
