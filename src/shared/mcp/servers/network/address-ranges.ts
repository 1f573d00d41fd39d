import { BlockList, isIP } from 'node:net';
import { FleetError } from '../../../errors.ts';

export type AddressKind = 'public' | 'private' | 'special';

/** Networks of companies and clusters (RFC 1918, RFC 6598, RFC 4193). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** Loopback, link-local with the clouds' metadata services, documentation, multicast and the like (RFC 6890 and its registries). */
const SPECIAL = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Metadata services inside ranges that are otherwise private (Alibaba, AWS over IPv6).
  '100.100.100.200/32',
  'fd00:ec2::254/128',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  'fe80::/10',
  'ff00::/8',
];

const privateRanges = blockList(PRIVATE);
const specialRanges = blockList(SPECIAL);

/** What kind of address it is; IPv4 inside IPv6 (`::ffff:10.0.0.1`) counts as the IPv4 it is. */
export function addressKind(address: string): AddressKind {
  if (contains(specialRanges, address)) return 'special';
  return contains(privateRanges, address) ? 'private' : 'public';
}

/**
 * A BlockList of addresses and CIDR ranges; entries that are neither are left out. Throws FleetError `config_invalid` for an
 * impossible prefix length.
 */
export function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    if (version === 0) continue;
    addRange(list, { address, version, prefix: prefix === undefined ? bits(version) : Number(prefix) });
  }
  return list;
}

function addRange(list: BlockList, range: { address: string; version: number; prefix: number }): void {
  const { address, version, prefix } = range;
  try {
    list.addSubnet(address, prefix, family(version));
  } catch (cause) {
    throw new FleetError('config_invalid', `allowed host ${address}/${prefix} is not a range of addresses`, { cause });
  }
}

export function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, family(version));
}

function bits(version: number): number {
  return version === 6 ? 128 : 32;
}

function family(version: number): 'ipv4' | 'ipv6' {
  return version === 6 ? 'ipv6' : 'ipv4';
}
