import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { ServerTarget } from '../server-target.ts';
import type { EndpointSource, KubernetesService } from './endpoint-source.ts';

/** The part of a DNS resolver that is needed; what it throws names the code of the failure (ENOTFOUND ...). */
export type DnsLookup = {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
  resolveSrv(name: string): Promise<{ name: string; port: number; priority: number }[]>;
};

export type EndpointLookupDeps = {
  dns?: DnsLookup;
  /** The ready addresses (`host:port`) behind a service, from its EndpointSlices; without it `kubernetes` sources fail. */
  listKubernetes?: (service: KubernetesService, signal: AbortSignal) => Promise<string[]>;
};

const DNS_TIMEOUT_MS = 2_000;

/** The endpoints of a source as targets after the pattern, sorted so that the same answer is the same list. Throws what the lookup throws. */
export async function lookUpEndpoints(
  source: EndpointSource,
  pattern: ServerTarget,
  { dns = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 }), listKubernetes }: EndpointLookupDeps,
  signal: AbortSignal,
): Promise<ServerTarget[]> {
  const { scheme, path } = source;
  const toTarget = (address: string): ServerTarget => {
    if (pattern.kind !== 'http') throw new Error('only http servers can be looked up');
    return { ...pattern, url: `${scheme}://${address}${path}` };
  };
  return (await addressesOf(source, dns, listKubernetes, signal)).sort().map(toTarget);
}

async function addressesOf(
  source: EndpointSource,
  dns: DnsLookup,
  listKubernetes: EndpointLookupDeps['listKubernetes'],
  signal: AbortSignal,
): Promise<string[]> {
  if ('kubernetes' in source) {
    if (!listKubernetes) throw new Error('Kubernetes is not configured: set KUBECONFIG, or run inside of a cluster');
    return listKubernetes(source.kubernetes, signal);
  }
  if ('srv' in source) return srvAddresses(await dns.resolveSrv(source.srv));
  const [v4, v6] = await Promise.allSettled([dns.resolve4(source.dns), dns.resolve6(source.dns)]);
  // A name usually has one kind only; the other's failure is no failure.
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
  const found = [v4, v6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  return found.map((address) => `${isIPv6(address) ? `[${address}]` : address}:${source.port}`);
}

/** Only those of the best priority, as RFC 2782 wants it: the others are for when none of these is left in the DNS. */
function srvAddresses(records: { name: string; port: number; priority: number }[]): string[] {
  const best = Math.min(...records.map(({ priority }) => priority));
  return records.filter(({ priority }) => priority === best).map(({ name, port }) => `${name}:${port}`);
}
