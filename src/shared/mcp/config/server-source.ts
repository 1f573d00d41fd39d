import type { Config } from '../../config.ts';
import { credentialFiles, withCurrentSecrets } from '../../rotate-secrets.ts';
import { type ConfiguredServer, mergeServers, ownServer } from '../configured-server.ts';
import { readMcpConfig } from '../read-mcp-config.ts';
import { configuredOwnServers } from '../servers/index.ts';

export type ServerSource = {
  /**
   * The servers as the files say now, and the files; `changed` is the one that is the reason. Throws FleetError `config_invalid`.
   * Our own servers stay the same objects unless a secret of theirs has changed, so that they keep what they know.
   */
  read(changed?: string): { servers: ConfiguredServer[]; files: string[] };
};

/** Where the servers of a configuration come from. */
export function createServerSource(config: Config): ServerSource {
  const ownFiles = credentialFiles(config);
  const createOwn = (current: Config) => configuredOwnServers(current).map(ownServer);
  let own = createOwn(config);
  /** A change that could not be taken over together with the rest is owed. */
  let owed = false;
  return {
    read(changed) {
      owed ||= changed !== undefined && ownFiles.includes(changed);
      const current = owed ? createOwn(withCurrentSecrets(config)) : own;
      const { mcpConfigPath: path, mcpEnvironment } = config;
      const files = new Set(ownFiles);
      if (path) files.add(path);
      const fromFile = path ? readMcpConfig(path, mcpEnvironment, (file) => files.add(file)) : [];
      own = current;
      owed = false;
      return { servers: mergeServers(own, fromFile), files: [...files] };
    },
  };
}
