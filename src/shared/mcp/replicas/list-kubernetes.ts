import type { ListOptions, ListPage } from '../servers/kubernetes/kubernetes-reader.ts';
import type { EndpointSlice } from '../servers/kubernetes/kubernetes-types.ts';
import type { KubernetesService } from './endpoint-source.ts';

export type SliceReader = {
  endpointSlices(options: ListOptions): Promise<Pick<ListPage<EndpointSlice>, 'items'>>;
};

const REQUEST_MS = 4_000;

/** The ready addresses (`host:port`) of a service, from its EndpointSlices. Throws DependencyError, or Error where there is no cluster. */
export async function listReadyAddresses(
  kubernetes: Readonly<{ kubeconfigPath: string | null }> | null,
  { namespace, service, port }: KubernetesService,
  signal: AbortSignal,
  open: (kubeconfigPath: string | undefined) => Promise<SliceReader> = openReader,
): Promise<string[]> {
  if (!kubernetes) throw new Error('Kubernetes is not configured: set KUBECONFIG, or run inside of a cluster');
  const reader = await open(kubernetes.kubeconfigPath ?? undefined);
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const { items } = await reader.endpointSlices({ namespace, labelSelector, signal });
  return [...new Set(items.flatMap((slice) => readyAddresses(slice, port)))];
}

/** The client is large: it is loaded where it is needed. */
async function openReader(kubeconfigPath: string | undefined): Promise<SliceReader> {
  const { createKubernetesClient } = await import('../servers/kubernetes/kubernetes-client.ts');
  return createKubernetesClient({ kubeconfigPath, timeoutMs: REQUEST_MS });
}

/** A missing ready condition means ready, as in the API. */
function readyAddresses({ endpoints, ports }: EndpointSlice, wanted: string | number | undefined): string[] {
  const found = ((ports ?? []) as { name?: string; port?: number }[]).find(
    ({ name, port }) => wanted === undefined || name === wanted || port === wanted,
  );
  if (found?.port === undefined) return [];
  const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready ?? true);
  return ready
    .flatMap(({ addresses }) => addresses)
    .map((address) => `${address.includes(':') ? `[${address}]` : address}:${found.port}`);
}
