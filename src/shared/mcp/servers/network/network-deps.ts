import { type AllowList, createAllowList } from './allow-list.ts';
import { DEFAULT_CHECK_TIMEOUT_MS, type NetworkOptions } from './network-options.ts';

/** What every check needs, with the defaults filled in. */
export type NetworkDeps = {
  allowList: AllowList;
  resolveOverrides: Readonly<Record<string, { address: string; port: number }>>;
  extraCa: readonly string[];
  dnsServers: readonly string[];
  timeoutMs: number;
  now(): number;
};

export function networkDeps(options: NetworkOptions): NetworkDeps {
  const overrides = Object.entries(options.resolveOverrides ?? {}).map(
    ([host, to]) => [host.toLowerCase(), to] as const,
  );
  const resolveOverrides = Object.fromEntries(overrides);
  return {
    allowList: createAllowList({ ...options, resolveOverrides }),
    resolveOverrides,
    extraCa: options.extraCa ?? [],
    dnsServers: options.dnsServers ?? [],
    timeoutMs: options.timeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS,
    now: options.now ?? Date.now,
  };
}
