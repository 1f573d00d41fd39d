import { isIP } from 'node:net';
import { DependencyError } from '../../../errors.ts';

/**
 * The one spelling of a host: lower case, no trailing dot, no brackets, IPv4 in dotted decimals however it was written
 * (hexadecimal, octal, one number). Throws DependencyError `bad_request` for anything that is not a host alone.
 */
export function normalizeHost(host: string): string {
  const bare = host.trim().replace(/^\[(.*)\]$/, '$1');
  const isIpv6 = isIP(bare) === 6;
  // The address parser of the URL standard is the one that browsers and fetch use, so nothing can be read differently there.
  const readable = !/[\s/\\?#@%]/.test(bare) && (isIpv6 || !bare.includes(':'));
  const hostname = readable ? (URL.parse(`http://${isIpv6 ? `[${bare}]` : bare}`)?.hostname ?? '') : '';
  if (hostname === '') {
    throw new DependencyError('network', 'bad_request', `"${host}" is not a host name or an IP address`);
  }
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
