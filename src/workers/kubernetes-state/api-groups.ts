const BY_GROUP: Record<string, readonly string[]> = {
  '': [
    ...[
      'bindings',
      'configmaps',
      'endpoints',
      'events',
      'limitranges',
      'namespaces',
      'nodes',
      'persistentvolumeclaims',
    ],
    ...['persistentvolumes', 'pods', 'podtemplates', 'replicationcontrollers', 'resourcequotas', 'secrets'],
    ...['serviceaccounts', 'services'],
  ],
  apps: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  batch: ['cronjobs', 'jobs'],
  autoscaling: ['horizontalpodautoscalers'],
  policy: ['poddisruptionbudgets'],
  'networking.k8s.io': ['ingressclasses', 'ingresses', 'networkpolicies'],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'],
};

const GROUPS = new Map<string, string[]>();
for (const [group, resources] of Object.entries(BY_GROUP))
  for (const resource of resources) GROUPS.set(resource, [...(GROUPS.get(resource) ?? []), group]);

const SUBRESOURCES =
  /^(?:approval|attach|binding|ephemeralcontainers|eviction|exec|finali[sz]ers?|log|portforward|proxy|resize|scale|status|token)$/;

/**
 * The API groups that a resource ("pods", "pods/log") of Kubernetes itself is at home in, '' for the core group; null for one that
 * is not known, as of a custom resource. Source: the Kubernetes API reference 1.33.
 */
export function groupsOfResource(resource: string): readonly string[] | null {
  const [name = '', subresource] = resource.split('/', 2);
  return subresource === undefined || SUBRESOURCES.test(subresource) ? (GROUPS.get(name) ?? null) : null;
}
