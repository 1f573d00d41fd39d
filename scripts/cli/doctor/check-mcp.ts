import type { Config } from '../../../src/shared/config.ts';
import { ownServer } from '../../../src/shared/mcp/configured-server.ts';
import { createMcpGateway } from '../../../src/shared/mcp/mcp-gateway.ts';
import type { McpGateway } from '../../../src/shared/mcp/mcp-gateway.types.ts';
import { createDatabaseServer } from '../../../src/shared/mcp/servers/database/database-server.ts';
import type { DatabaseTarget } from '../../../src/shared/mcp/servers/database/database-target.ts';
import { readTargets } from '../../../src/shared/mcp/servers/database/read-targets.ts';
import { createPrometheusServer } from '../../../src/shared/mcp/servers/prometheus/prometheus-server.ts';
import { type Check, failed, type Line, off, ok } from './check.ts';
import { failedCall } from './remedies.ts';

type TargetsConfig = Pick<Config, 'databaseTargetsPath' | 'mcpEnvironment'>;

/** How long one of the databases or Prometheus gets, ms. */
const DATABASE_MS = 8_000;

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

/** Prometheus by the cheapest expression: reachable, the credentials accepted; it is asked itself, since SigNoz may answer for it. */
export function checkPrometheus({ prometheus }: Pick<Config, 'prometheus'>): Check {
  const what = 'Prometheus';
  return {
    what,
    run: async (signal) => {
      if (!prometheus) return [off(what, 'not configured (no metrics of its as evidence; set PROMETHEUS_URL)')];
      const gateway = createMcpGateway({
        servers: [ownServer(createPrometheusServer({ ...prometheus, timeoutMs: DATABASE_MS }))],
      });
      const to = new Date();
      const from = new Date(to.getTime() - 60_000);
      try {
        const input = { metric: 'up', from: from.toISOString(), to: to.toISOString(), limit: 1 };
        const { data } = await gateway.call('metrics.query', input, { signal });
        const note = data.series.length === 0 ? ', but holds no series "up" of the last minute' : '';
        return [ok(what, `${prometheus.url} answers queries${note}`)];
      } catch (error) {
        const secret = 'PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD';
        return [failedCall(what, error, { address: 'PROMETHEUS_URL', secret })];
      } finally {
        await gateway.close();
      }
    },
  };
}

/** Every database target by what it tells of itself: reachable, the password accepted, its role sufficient. */
export function checkDatabaseTargets({ databaseTargetsPath: path, mcpEnvironment }: TargetsConfig): Check {
  const what = 'database targets';
  return {
    what,
    run: async (signal) => {
      if (path === null)
        return [off(what, 'not configured (databases are not asked how they are; set DATABASE_TARGETS)')];
      const targets = readTargets(path, mcpEnvironment);
      const definition = createDatabaseServer({ targets, timeoutMs: DATABASE_MS });
      const gateway = createMcpGateway({ servers: [ownServer(definition)] });
      try {
        return await Promise.all(targets.map((target) => checkTarget(target, gateway, signal)));
      } finally {
        await gateway.close();
      }
    },
  };
}

async function checkTarget({ name, product }: DatabaseTarget, gateway: McpGateway, signal: AbortSignal): Promise<Line> {
  const what = `database target ${name}`;
  try {
    const capability = product === 'redis' ? 'redis.info' : 'postgresql.activity';
    const { data } = await gateway.call(capability, { target: name }, { signal });
    const [answer] = data.targets;
    if (answer?.refused) return failed(what, `it takes no more sessions: ${answer.refused.message}`);
    const notes = answer?.notes ?? [];
    return notes.length > 0 ? failed(what, notes.join('; ')) : ok(what, `${product} ${answer?.version} answers`);
  } catch (error) {
    return failedCall(what, error, { address: 'DATABASE_TARGETS', secret: 'the password of the target' });
  }
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
