import { isIPv6 } from 'node:net';
import type { McpGateway, ToolGateway } from './mcp/mcp-gateway.types.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/** Not behind `v` or a name: versions have four parts too. */
const IPV4 = new RegExp(`(?<![\\w.-])(?!127\\.|0\\.0\\.0\\.0)${OCTET}(?:\\.${OCTET}){3}(?![\\w-]|\\.\\d)`, 'g');
/** Hosts that cloud providers name after their address. */
const IPV4_IN_NAME = new RegExp(`(?<![\\w.])(ip-)${OCTET}(?:-${OCTET}){3}(?![\\w-])`, 'g');
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![\w:])/gi;
const MASK = '[masked:ip]';

/** A text without IP addresses; loopback and "any address" stay, since they belong to nobody. */
export function maskAddresses(text: string): string {
  // The longer form first: its end may be written like the shorter.
  const longer = text.includes('::') || text.split(':').length > 6;
  const masked = longer ? text.replace(IPV6, (found) => (isSomebodys(found) ? MASK : found)) : text;
  return masked.replace(IPV4, MASK).replace(IPV4_IN_NAME, `$1${MASK}`);
}

const isSomebodys = (address: string) => isIPv6(address) && !/^(?:::1?|0*(?::0*){2,7}:0*1?)$/.test(address);

const MAX_DEPTH = 14;

/** `maskAddresses` for every text of a JSON value, names included. */
export function maskAddressesIn<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return maskAddresses(value) as T;
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => maskAddressesIn(item, depth + 1)) as T;
  const entries = Object.entries(value).map(([name, item]) => [maskAddresses(name), maskAddressesIn(item, depth + 1)]);
  return Object.fromEntries(entries) as T;
}

/**
 * A gateway through which no address comes in with evidence or goes out to Slack. Questions keep theirs: who asks about a host
 * by its address names it to its own servers only.
 */
export function withMaskedAddresses<G extends McpGateway>(gateway: G): G {
  const call: McpGateway['call'] = async (capability, input, options) => {
    if (capability.startsWith('slack.')) return await gateway.call(capability, maskAddressesIn(input), options);
    const result = await gateway.call(capability, input, options);
    const { data, text, arguments: asked } = result;
    return { ...result, data: maskAddressesIn(data), text: maskAddresses(text), arguments: maskAddressesIn(asked) };
  };
  return { ...gateway, call, ...('callTool' in gateway && toolsWithoutAddresses(gateway as unknown as ToolGateway)) };
}

function toolsWithoutAddresses(gateway: ToolGateway): Pick<ToolGateway, 'callTool'> {
  return {
    async callTool(tool, args, options) {
      const { structured, text, arguments: asked, ...rest } = await gateway.callTool(tool, args, options);
      const masked = { structured: maskAddressesIn(structured), text: maskAddresses(text) };
      return { ...rest, ...masked, arguments: maskAddressesIn(asked) };
    },
  };
}
