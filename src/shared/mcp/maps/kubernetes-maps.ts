import { fillTemplate } from './fill-template.ts';
import type { KnownMap } from './known-map.ts';
import { kubectlLogs, kubernetesEvents, kubernetesPods, logLines } from './read-kubernetes.ts';

/** kubernetes-mcp-server of containers/ (native API); with `--list-output yaml` it tells all there is to know about pods. */
export const kubernetesMcpServer: KnownMap = {
  recognise: /kubernetes-mcp-server/,
  capabilities: {
    'pods.status': {
      tool: 'resources_list',
      arguments: { apiVersion: 'v1', kind: 'Pod', namespace: '{namespace}', labelSelector: '{labelSelector}' },
      read: kubernetesPods,
    },
    'pods.logs': {
      tool: 'pods_log',
      arguments: {
        name: '{pod}',
        namespace: '{namespace}',
        container: '{container}',
        previous: '{previous}',
        tail: '{tailLines}',
      },
      read: logLines,
    },
    'events.list': { tool: 'events_list', arguments: { namespace: '{namespace}' }, read: kubernetesEvents },
  },
};

/**
 * mcp-server-kubernetes of Flux159 (kubectl). Of a list in JSON it hands on names and phases only, and events without what repeats:
 * as YAML it gives the objects themselves. Releases that say nothing of their tools are why we state that they only read.
 */
export const mcpServerKubernetes: KnownMap = {
  recognise: /mcp-server-kubernetes/,
  capabilities: {
    'pods.status': {
      tool: 'kubectl_get',
      arguments: (input) => kubectlGet('pods', input, { labelSelector: '{labelSelector}' }),
      read: kubernetesPods,
      readOnly: true,
    },
    'pods.logs': {
      tool: 'kubectl_logs',
      arguments: {
        resourceType: 'pod',
        name: '{pod}',
        namespace: '{namespace}',
        container: '{container}',
        previous: '{previous}',
        tail: '{tailLines}',
      },
      read: kubectlLogs,
      readOnly: true,
    },
    'events.list': {
      tool: 'kubectl_get',
      arguments: (input) => kubectlGet('events', input, {}),
      read: kubernetesEvents,
      readOnly: true,
    },
  },
};

/** Without a namespace kubectl means the one of its context: it has to be told that all are meant. */
function kubectlGet(resourceType: string, input: Record<string, unknown>, more: Record<string, unknown>) {
  const where = input.namespace === undefined ? { allNamespaces: true } : { namespace: input.namespace };
  return { resourceType, output: 'yaml', ...where, ...fillTemplate(more, input) };
}
