import type { KubernetesReader } from './kubernetes-reader.ts';
import type { NamespaceScope } from './namespace-scope.ts';

/** What the tools of the server work with; the reader is asked for at the first call, because loading it is slow. */
export type KubernetesDeps = {
  reader(): Promise<KubernetesReader>;
  scope: NamespaceScope;
};
