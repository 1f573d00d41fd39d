import type { Config } from '../../config.ts';
import { FleetError } from '../../errors.ts';
import type { ServerDefinition } from '../server-definition.ts';
import { createDatabaseServer } from './database/database-server.ts';
import { readTargets } from './database/read-targets.ts';
import { createKubernetesServer } from './kubernetes/kubernetes-server.ts';
import { createNetworkServer } from './network/network-server.ts';
import { createPrometheusServer } from './prometheus/prometheus-server.ts';
import { createSignozServer } from './signoz/signoz-server.ts';
import { createSlackServer } from './slack/slack-server.ts';

/** One HTTP request of a tool, ms: below what capability-policy.ts gives the call, so that the tool can still say why. */
const REQUEST_MS = { kubernetes: 8_000, signoz: 18_000, prometheus: 18_000, database: 10_000, slack: 10_000 } as const;

/** Our own MCP servers by name; each answers null where its part of the configuration is missing. */
const OWN_SERVERS: Readonly<Record<string, (config: Config) => ServerDefinition | null>> = {
  network: ({ network }) => createNetworkServer(network),
  kubernetes: ({ kubernetes }) =>
    kubernetes &&
    createKubernetesServer({
      kubeconfigPath: kubernetes.kubeconfigPath ?? undefined,
      namespaces: kubernetes.namespaces,
      timeoutMs: REQUEST_MS.kubernetes,
    }),
  signoz: ({ signoz }) =>
    signoz && createSignozServer({ url: signoz.url, apiKey: signoz.apiKey ?? '', timeoutMs: REQUEST_MS.signoz }),
  // After SigNoz: of servers that cost the same the first is asked first, and spans tell more than what is counted from them.
  prometheus: ({ prometheus }) =>
    prometheus && createPrometheusServer({ ...prometheus, timeoutMs: REQUEST_MS.prometheus }),
  database: ({ databaseTargetsPath: path, mcpEnvironment }) =>
    path === null
      ? null
      : createDatabaseServer({ targets: readTargets(path, mcpEnvironment), timeoutMs: REQUEST_MS.database }),
  slack: ({ slack: { botToken, apiUrl } }) =>
    botToken === null
      ? null
      : createSlackServer({ botToken, apiUrl: apiUrl ?? undefined, timeoutMs: REQUEST_MS.slack }),
};

/** Every server of ours that is configured. */
export function configuredOwnServers(config: Config): ServerDefinition[] {
  return Object.values(OWN_SERVERS)
    .map((create) => create(config))
    .filter((definition) => definition !== null);
}

/** One of our servers by name. Throws FleetError `config_invalid` for an unknown name or missing configuration. */
export function ownServerByName(name: string, config: Config): ServerDefinition {
  const create = Object.hasOwn(OWN_SERVERS, name) ? OWN_SERVERS[name] : undefined;
  const known = Object.keys(OWN_SERVERS).join(', ');
  if (!create) throw new FleetError('config_invalid', `there is no MCP server "${name}": choose one of ${known}`);
  const definition = create(config);
  if (definition) return definition;
  throw new FleetError('config_invalid', `the MCP server "${name}" is not configured: see .env.example`);
}
