import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { abortable } from '../../abortable.ts';
import { addressKind } from './address-ranges.ts';
import { type AllowList, refused } from './allow-list.ts';
import { normalizeHost } from './host-name.ts';
import type { NetworkOptions } from './network-options.ts';

/** A host that may be reached and the address that was checked: connect to the address, never to the name again. */
export type Target = { host: string; address: string; port: number };

/**
 * Resolves a host to an address that the allow-list lets through. Throws DependencyError `bad_request` or `refused`, and the
 * resolver's own error when the name has no address.
 */
export async function resolveTarget(
  { host, port }: { host: string; port: number },
  deps: {
    allowList: AllowList;
    resolveOverrides: NonNullable<NetworkOptions['resolveOverrides']>;
    signal: AbortSignal;
  },
): Promise<Target> {
  const name = normalizeHost(host);
  deps.allowList.checkHost(name);
  const override = deps.resolveOverrides[name];
  if (override) return { host: name, ...override };
  const addresses = await addressesOf(name, deps.signal);
  const address = addresses.find((candidate) => deps.allowList.allowsAddress(name, candidate));
  if (address === undefined) throw refusedAddress(name, addresses[0] ?? 'no address');
  return { host: name, address, port };
}

async function addressesOf(name: string, signal: AbortSignal): Promise<string[]> {
  if (isIP(name)) return [name];
  const found = await abortable(lookup(name, { all: true }), signal, () => signal.reason);
  return found.map(({ address }) => address);
}

function refusedAddress(name: string, address: string): Error {
  const what = name === address ? name : `${name} resolves to ${address}, which`;
  return refused(`${what} is a ${addressKind(address)} address`, `add "${address}" itself`);
}
