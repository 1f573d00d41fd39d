import { registerHooks } from 'node:module';

/** All that the SDK's configuration takes from the index of its generated code. */
const NEEDED = `
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';`;

/**
 * The parts of the SDK that know kubeconfigs, credentials, proxies and HTTP. Its index also loads one class per API group
 * and object, 17 MB of sources that stay in memory: more than everything else that a worker loads. Only its configuration
 * asks for that index, for the two functions above.
 */
const hooks = registerHooks({
  resolve(specifier, context, next) {
    const fromConfig = context.parentURL?.endsWith('/@kubernetes/client-node/dist/config.js');
    if (!fromConfig || specifier !== './gen/index.js') return next(specifier, context);
    return { url: new URL('./gen/lean-index.js', context.parentURL).href, format: 'module', shortCircuit: true };
  },
  load: (url, context, next) =>
    url.endsWith('/@kubernetes/client-node/dist/gen/lean-index.js')
      ? { format: 'module', source: NEEDED, shortCircuit: true }
      : next(url, context),
});
const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
const { HttpMethod, RequestContext } = await import('@kubernetes/client-node/dist/gen/http/http.js');
const { IsomorphicFetchHttpLibrary } = await import('@kubernetes/client-node/dist/gen/http/isomorphic-fetch.js');
hooks.deregister();

export { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext };
