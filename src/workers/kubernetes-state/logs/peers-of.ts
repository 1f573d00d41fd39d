import { serviceOfHost } from '../../detectors/support/names.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { type Raw, recordsAt, textAt } from '../raw.ts';
import { sameNamespace, workloadName } from '../relations.ts';
import type { Said } from './pod-log.ts';

/** Whom the decisive lines speak of: hosts that they name, and the services and pods of the addresses in them. */
export function peersOf(state: KubernetesState, { line, log }: Said): string[] {
  const spoken = `${line.text} ${line.also ?? ''}`;
  const peers = [...hostsIn(spoken), ...addressees(state, spoken), ...routesOf(state, spoken)];
  const services = peers.filter((peer) =>
    state.services.some((service) => service.name === peer && sameNamespace(service.namespace, log.namespace)),
  );
  return [...services, ...peers];
}

/** The ingresses whose hosts a proxy's line names. */
const routesOf = (state: KubernetesState, text: string): string[] =>
  (state.others.get('Ingress') ?? [])
    .filter((ingress) => hostsOf(ingress.raw).some((host) => host.length > 3 && text.includes(host)))
    .map((ingress) => ingress.name);

function hostsOf(raw: Raw): string[] {
  const listed = Array.isArray(raw.hosts) ? raw.hosts.map(String) : [];
  return [...listed, ...recordsAt(raw, 'spec', 'rules').flatMap((rule) => textAt(rule, 'host') ?? [])];
}

/** The services and pods whose addresses a line names. */
function addressees(state: KubernetesState, text: string): string[] {
  const addresses = new Set(text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? []);
  if (addresses.size === 0) return [];
  const services = state.services
    .filter(({ clusterIp }) => clusterIp !== null && addresses.has(clusterIp))
    .map((service) => service.name);
  const pods = state.pods
    .filter(({ ip }) => ip !== null && addresses.has(ip))
    .flatMap((pod) => [pod.name, workloadName(pod)]);
  return [...services, ...pods];
}

/** The hosts that a line names, as services of the cluster. */
function hostsIn(text: string): string[] {
  const hosts = [
    ...text.matchAll(
      /(?:\/\/|@|host[ :=]+"?|lookup |resolve(?: host)?:? |to |dial tcp:? |server at "?)([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?::\d{2,5})?/gi,
    ),
  ];
  return [...new Set(hosts.flatMap(([, host = '']) => serviceOfHost(host)?.service ?? []))].slice(0, 4);
}
