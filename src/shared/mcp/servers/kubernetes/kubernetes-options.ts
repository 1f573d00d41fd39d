export type KubernetesServerOptions = {
  /** A kubeconfig file; without it and `kubeConfig` the SDK's defaults hold (in-cluster, or the user's own file). */
  kubeconfigPath?: string;
  /** A kubeconfig as YAML text. */
  kubeConfig?: string;
  /** The only namespaces that may be read; without it all that the credentials may read. */
  namespaces?: readonly string[];
  /** The deadline of one HTTP request, in ms. */
  timeoutMs: number;
};
