import { describeError } from '../errors.ts';
import type { CapabilityMap } from './configured-server.ts';
import { lackingTools } from './maps/find-mapping.ts';
import type { McpConnectionHealth } from './mcp-connection.ts';
import type { McpServerHealth } from './mcp-gateway.types.ts';

type About = Pick<McpServerHealth, 'server' | 'breaker'> & { capabilities: CapabilityMap };

/** How a server is by what its endpoints have answered: well as long as one is. */
export function serverHealth(
  about: About,
  results: readonly PromiseSettledResult<McpConnectionHealth>[],
): McpServerHealth {
  const well = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const [first] = well;
  if (!first) {
    const failed = results.find((result) => result.status === 'rejected');
    return unwell(about, failed?.reason ?? new Error('no endpoint was found'));
  }
  const { server, breaker, capabilities } = about;
  const { protocolVersion, tools } = first;
  const among = results.length > 1 ? `, ${well.length} of ${results.length} endpoints answer` : '';
  const detail = `${tools.length} tools, protocol ${protocolVersion ?? 'unknown'}${lackingTools(capabilities, tools)}${among}`;
  return { server, ok: true, detail, protocolVersion, tools, breaker };
}

/** A server of which nothing answers, and why in one line. */
export function unwell({ server, breaker }: About, error: unknown): McpServerHealth {
  return { server, ok: false, detail: describeError(error).split('\n')[0]!, protocolVersion: null, tools: [], breaker };
}

/** The best of the endpoints' breakers: one that lets calls through is enough. */
export function breakerOf(endpoints: readonly Pick<McpServerHealth, 'breaker'>[]): McpServerHealth['breaker'] {
  const words = endpoints.map(({ breaker }) => breaker);
  if (words.length === 0 || words.includes('closed')) return 'closed';
  return words.includes('half_open') ? 'half_open' : 'open';
}
