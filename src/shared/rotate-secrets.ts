import { type Config, loadConfig, SECRET_VARIABLES } from './config.ts';

/** The files that hold credentials of the servers which are asked: of every `<NAME>_FILE`, and KUBECONFIG. */
export function credentialFiles({ mcpEnvironment: environment, kubernetes }: Config): string[] {
  const files = SECRET_VARIABLES.map((name) => environment[`${name}_FILE`]);
  return [...files, kubernetes?.kubeconfigPath].filter((path) => typeof path === 'string' && path !== '') as string[];
}

/**
 * The configuration with what stands in those files now. Throws FleetError `config_invalid`. What was left out of the configuration
 * on purpose stays out.
 */
export function withCurrentSecrets(config: Config): Config {
  const leftOut = Object.entries(config).filter(([, value]) => value === null);
  return { ...loadConfig({ ...config.mcpEnvironment }), ...Object.fromEntries(leftOut) };
}
