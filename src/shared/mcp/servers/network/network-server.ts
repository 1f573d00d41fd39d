import type { ServerDefinition } from '../../server-definition.ts';
import { certificateTool } from './check-certificate.ts';
import { dnsTool } from './check-dns.ts';
import { httpTool } from './check-http.ts';
import { tcpTool } from './check-tcp.ts';
import { networkDeps } from './network-deps.ts';
import type { NetworkOptions } from './network-options.ts';

/** The `network` server: certificate, DNS, TCP and HTTP checks against allow-listed hosts and nothing else. */
export function createNetworkServer(options: NetworkOptions): ServerDefinition {
  const deps = networkDeps(options);
  return {
    name: 'network',
    version: '0.1.0',
    instructions: 'Checks connectivity from where this server runs. Hosts must be on the allow-list of its operator.',
    tools: [certificateTool(deps), dnsTool(deps), tcpTool(deps), httpTool(deps)],
  };
}
