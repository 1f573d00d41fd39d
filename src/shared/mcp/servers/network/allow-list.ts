import { type BlockList, isIP } from 'node:net';
import { DependencyError } from '../../../errors.ts';
import { addressKind, blockList, contains } from './address-ranges.ts';
import type { NetworkOptions } from './network-options.ts';

export type AllowList = {
  /** Throws DependencyError `refused` unless the (normalised) host may be asked about. */
  checkHost(host: string): void;
  /** Whether this host may be reached at this address; `host` has passed checkHost. */
  allowsAddress(host: string, address: string): boolean;
};

/** The allow-list as two questions; see NetworkOptions for its rules. */
export function createAllowList({ allowedHosts, resolveOverrides = {} }: NetworkOptions): AllowList {
  const patterns = allowedHosts.map((pattern) => pattern.trim().toLowerCase());
  const names = new Set([...patterns.filter((pattern) => !pattern.startsWith('*.')), ...Object.keys(resolveOverrides)]);
  const suffixes = patterns.filter((pattern) => pattern.startsWith('*.')).map((pattern) => pattern.slice(1));
  const ranges = blockList(patterns);
  const isListed = (host: string) =>
    names.has(host) || contains(ranges, host) || (isIP(host) === 0 && suffixes.some((suffix) => host.endsWith(suffix)));
  return {
    checkHost: (host) => {
      if (!isListed(host)) throw refused(`${host} is not on the allow-list`, `add "${host}"`);
    },
    allowsAddress: (host, address) => allowsAddress({ names, ranges }, host, address),
  };
}

function allowsAddress(
  { names, ranges }: { names: ReadonlySet<string>; ranges: BlockList },
  host: string,
  address: string,
): boolean {
  if (contains(ranges, address)) return true;
  const kind = addressKind(address);
  return kind === 'public' || (kind === 'private' && names.has(host));
}

/** A DependencyError `refused` of the network server: what it will not do, and how to allow it. */
export function refused(what: string, remedy: string): DependencyError {
  return new DependencyError('network', 'refused', `${what}: ${remedy} to NETWORK_ALLOWED_HOSTS if it may be checked`);
}
