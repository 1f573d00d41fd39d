import type { Config } from '../../config.ts';
import { credentialFiles, withCurrentSecrets } from '../../rotate-secrets.ts';
import { type ConfiguredServer, mergeServers, ownServer } from '../configured-server.ts';
import { readMcpConfig } from '../read-mcp-config.ts';
import type { ServerDefinition } from '../server-definition.ts';
import { configuredOwnServers } from '../servers/index.ts';

export type ServerSource = {
  /**
   * The servers as the files say now, and the files; `changed` is the one that is the reason. Throws FleetError `config_invalid`.
   * Our own servers stay the same objects unless a secret of theirs has changed, so that they keep what they know.
   */
  read(changed?: string): { servers: ConfiguredServer[]; files: string[] };
};

type Own = { config: Config; definitions: ServerDefinition[] };

/** Where the servers of a configuration come from. */
export function createServerSource(config: Config): ServerSource {
  const ownFiles = credentialFiles(config);
  /** Changes that could not be taken over yet, because something else was faulty then. */
  const owed = new Set<string>();
  let own: Own = { config, definitions: configuredOwnServers(config) };
  return {
    read(changed) {
      if (changed !== undefined && ownFiles.includes(changed)) owed.add(changed);
      const current = owed.size > 0 ? renewed(own, withCurrentSecrets(config), owed) : own;
      const { mcpConfigPath: path, mcpEnvironment } = config;
      const files = new Set(ownFiles);
      if (path) files.add(path);
      const fromFile = path ? readMcpConfig(path, mcpEnvironment, (file) => files.add(file)) : [];
      own = current;
      owed.clear();
      return { servers: mergeServers(own.definitions.map(ownServer), fromFile), files: [...files] };
    },
  };
}

/** The servers whose part of the configuration is another now are made anew; the others stay. */
function renewed(own: Own, config: Config, changed: ReadonlySet<string>): Own {
  const definitions = configuredOwnServers(config).map((made) => {
    const { name } = made;
    const hasOtherCluster = name === 'kubernetes' && changed.has(config.kubernetes?.kubeconfigPath ?? '');
    const isSame = partOf(own.config, name) === partOf(config, name) && !hasOtherCluster;
    return (isSame && own.definitions.find((known) => known.name === name)) || made;
  });
  return { config, definitions };
}

/** What the configuration says of a server stands under its name. */
const partOf = (config: Config, name: string) => JSON.stringify((config as Record<string, unknown>)[name] ?? null);
