import { isIP } from 'node:net';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const KUBERNETES_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL}){0,5}$`);
const HOST_NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63}){0,10}\.?$/;
const SERVICE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;

/** Last labels that tell a two-label host of the outside world from `service.namespace`. */
const TOP_LEVEL = /^(?:[a-z]{2,3}|info|cloud|tech|online|store|local|internal|localdomain|example|test)$/;

/** True for a name that Kubernetes would accept (RFC 1123 labels): safe as an argument and in a command. */
export const isKubernetesName = (name: string) => name.length <= 253 && KUBERNETES_NAME.test(name);

/** True for a DNS name of one or more labels, or an IP address. */
export function isHost(name: string): boolean {
  return isIP(name) !== 0 || (name.length <= 253 && HOST_NAME.test(name));
}

export const isIpAddress = (name: string) => isIP(name) !== 0;

/** True for what telemetry calls a service: letters, digits, dots, dashes and underscores, at most 100. */
export const isServiceName = (name: string) => SERVICE_NAME.test(name);

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

/** The name of the workload that a pod belongs to: the pod's name without the hashes that its controllers add. */
export function workloadOf(pod: string): string {
  const name = pod.replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[a-z0-9]{5}$/, '');
  return name === pod ? pod.replace(/-(?:\d{1,4}|[bcdfghjklmnpqrstvwxz2456789]{5})$/, '') : name;
}

/** The Kubernetes service that a host name stands for, null for addresses and names of the outside world. */
export function serviceOfHost(host: string): { service: string; namespace: string | null } | null {
  if (isIpAddress(host) || host === 'localhost') return null;
  const [service, namespace, kind, ...rest] = host.toLowerCase().replace(/\.$/, '').split('.');
  if (!service || !isKubernetesName(service)) return null;
  if (!namespace) return { service, namespace: null };
  const inside = kind === 'svc' ? rest.length <= 6 : kind === undefined && !TOP_LEVEL.test(namespace);
  return inside && isKubernetesName(namespace) ? { service, namespace } : null;
}

/** `host:port` or `host` taken apart; null where it is neither. */
export function parseHostPort(text: string): { host: string; port: string | null } | null {
  const match = /^(?:\[([0-9A-Fa-f:]+)\]|([^:/\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (!host || !isHost(host)) return null;
  const port = match?.[3] ?? null;
  return port !== null && !isPort(port) ? null : { host, port };
}

/** The same thing under two names: letter case, namespace, cluster suffix, port and pod hashes do not count. */
export function sameName(left: string, right: string): boolean {
  return bareName(left) === bareName(right);
}

function bareName(name: string): string {
  const host = name.toLowerCase().replace(/:\d+$/, '');
  if (isIpAddress(host)) return host;
  return workloadOf(serviceOfHost(host)?.service ?? host).replace(/_/g, '-');
}
