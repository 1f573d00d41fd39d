import type { Config } from '../../../src/shared/config.ts';
import type { McpGateway } from '../../../src/shared/mcp/mcp-gateway.types.ts';
import { type Check, failed, off, ok } from './check.ts';
import { failedCall } from './remedies.ts';

/** Every MCP server, ours and those of the MCP_CONFIG file, by its own sign of life. */
export function checkMcpServers(gateway: McpGateway): Check {
  return {
    what: 'MCP servers',
    run: async (signal) =>
      (await gateway.health(signal)).map(({ server, ok: healthy, detail }) =>
        healthy
          ? ok(`MCP server ${server}`, detail)
          : failed(`MCP server ${server}`, detail, 'check its entry in the MCP_CONFIG file'),
      ),
  };
}

/** SigNoz by a query for one line of log: reachable, the key accepted. */
export function checkSignoz({ signoz }: Pick<Config, 'signoz'>, gateway: McpGateway): Check {
  const what = 'SigNoz';
  return {
    what,
    run: async (signal) => {
      if (!gateway.has('logs.query'))
        return [off(what, 'not configured (no logs, metrics and traces as evidence; set SIGNOZ_URL)')];
      const to = new Date();
      const from = new Date(to.getTime() - 60_000);
      try {
        const input = { from: from.toISOString(), to: to.toISOString(), limit: 1 };
        const { server } = await gateway.call('logs.query', input, { signal });
        return [ok(what, `${signoz?.url ?? `MCP server ${server}`} answers queries`)];
      } catch (error) {
        return [failedCall(what, error, { address: 'SIGNOZ_URL', secret: 'SIGNOZ_API_KEY' })];
      }
    },
  };
}

/** Kubernetes by a listing of pods over all namespaces with a label that none has: cheap, but it needs the permission. */
export function checkKubernetes(gateway: McpGateway): Check {
  const what = 'Kubernetes';
  return {
    what,
    run: async (signal) => {
      if (!gateway.has('pods.status'))
        return [off(what, 'not configured (no pods, events and pod logs as evidence; set KUBECONFIG)')];
      try {
        await gateway.call('pods.status', { labelSelector: 'rca-fleet-doctor=nobody' }, { signal });
        return [ok(what, 'reachable, pods may be listed in all namespaces')];
      } catch (error) {
        const secret = 'that the account of KUBECONFIG may list pods in all namespaces';
        return [failedCall(what, error, { address: 'KUBECONFIG', secret })];
      }
    },
  };
}
