import type { KnownMap } from './known-map.ts';
import { kubernetesEvents, kubernetesPods, logLines } from './read-kubernetes.ts';

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

/** mcp-server-kubernetes of Flux159 (kubectl); it says of few of its tools that they only read, so we do. */
export const mcpServerKubernetes: KnownMap = {
  recognise: /mcp-server-kubernetes/,
  capabilities: {
    'pods.status': {
      tool: 'kubectl_get',
      arguments: { resourceType: 'pods', namespace: '{namespace}', labelSelector: '{labelSelector}', output: 'json' },
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
      read: logLines,
      readOnly: true,
    },
    'events.list': {
      tool: 'kubectl_get',
      arguments: { resourceType: 'events', namespace: '{namespace}', output: 'json' },
      read: kubernetesEvents,
      readOnly: true,
    },
  },
};
