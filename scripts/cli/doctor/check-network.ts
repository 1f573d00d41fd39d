import { isIP } from 'node:net';
import type { Config } from '../../../src/shared/config.ts';
import { blockList } from '../../../src/shared/mcp/servers/network/address-ranges.ts';
import { normalizeHost } from '../../../src/shared/mcp/servers/network/host-name.ts';
import { failed, type Line, off, ok } from './check.ts';

const WHAT = 'network allow-list';

/** What the network checks may reach: entries that could never match are told, since nobody would notice them otherwise. */
export function checkNetwork({ allowedHosts, resolveOverrides }: Config['network']): Line[] {
  const wrong = allowedHosts.filter((entry) => !isUsable(entry));
  if (wrong.length > 0) {
    const remedy =
      'give host names (api.example.com, *.example.com), addresses or ranges (10.0.0.0/8) without scheme and port';
    return [failed(WHAT, `NETWORK_ALLOWED_HOSTS has ${wrong.map((entry) => `"${entry}"`).join(', ')}`, remedy)];
  }
  const all = [...allowedHosts, ...Object.keys(resolveOverrides)];
  if (all.length > 0) return [ok(WHAT, all.join(', '))];
  return [
    off(WHAT, 'not configured (no certificate, DNS, TCP and HTTP checks; set NETWORK_ALLOWED_HOSTS to allow some)'),
  ];
}

function isUsable(entry: string): boolean {
  const [address = '', prefix] = entry.split('/');
  try {
    if (prefix !== undefined) return isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && blockList([entry]) !== null;
    return normalizeHost(entry.replace(/^\*\./, '')) !== '';
  } catch {
    return false;
  }
}
