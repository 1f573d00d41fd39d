import type { ServerDefinition } from '../../server-definition.ts';
import { getDeploymentStatus } from './get-deployment-status.ts';
import { getEvents } from './get-events.ts';
import { getPodLogs } from './get-pod-logs.ts';
import { getPodStatus } from './get-pod-status.ts';
import { getServiceHealth } from './get-service-health.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { KubernetesServerOptions } from './kubernetes-options.ts';
import { listChanges } from './list-changes.ts';
import { listObjects } from './list-objects.ts';
import { createNamespaceScope } from './namespace-scope.ts';

/** The SDK costs about 80 MB and half a second: only who has a cluster pays, and from the start rather than in a call. */
function loadReader(options: KubernetesServerOptions): KubernetesDeps['reader'] {
  const loading = import('./kubernetes-client.ts').then(({ createKubernetesClient }) =>
    createKubernetesClient(options),
  );
  loading.catch(() => {});
  return () => loading;
}

/**
 * The `kubernetes` server: reads pods, services, events, logs and deployments, and changes nothing. Its tools throw
 * DependencyError (dependency `kubernetes`); `not_configured` for a kubeconfig that cannot be used.
 */
export function createKubernetesServer(options: KubernetesServerOptions): ServerDefinition {
  const deps: KubernetesDeps = { reader: loadReader(options), scope: createNamespaceScope(options.namespaces) };
  return {
    name: 'kubernetes',
    version: '0.1.0',
    instructions: 'Reads the state of a Kubernetes cluster. Without a namespace all readable ones are searched.',
    tools: [
      getPodStatus(deps),
      getServiceHealth(deps),
      getEvents(deps),
      getPodLogs(deps),
      getDeploymentStatus(deps),
      listChanges(deps),
      listObjects(deps),
    ],
  };
}
