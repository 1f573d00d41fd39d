import { describeError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ToolGateway } from '../mcp-gateway.types.ts';
import type { ServerSource } from './server-source.ts';
import { watchFiles } from './watch-files.ts';

export type KeepServersCurrentDeps = {
  gateway: Pick<ToolGateway, 'replaceServers'>;
  source: ServerSource;
  /** The files that the servers were read from at first. */
  files: readonly string[];
  logger: Logger;
  /** How often the files are looked at, ms; a faulty state is read again after ten times as long. */
  everyMs?: number;
};

const EVERY_MS = 2_000;

/** Takes the servers over anew when one of their files changes; as long as that cannot be, they stay as they are, and it is said once. */
export function keepServersCurrent(deps: KeepServersCurrentDeps): { close(): void } {
  const { gateway, source, files, logger, everyMs = EVERY_MS } = deps;
  const watched = watchFiles((path) => reload(path), everyMs);
  let again: NodeJS.Timeout | undefined;
  let said: string | null = null;
  const reload = (path: string) => {
    clearTimeout(again);
    try {
      const found = source.read(path);
      gateway.replaceServers(found.servers);
      watched.follow(found.files);
      said = null;
      logger.info('the MCP servers were read again', { file: path, servers: found.servers.map(({ name }) => name) });
    } catch (thrown) {
      const error = describeError(thrown);
      const message = 'the changed MCP_CONFIG or a file that it needs is faulty: the servers stay as they are';
      if (error !== said) logger.error(message, { file: path, error });
      said = error;
      // Another file that is missing now may come back as it was, which no watch would tell.
      again = setTimeout(() => reload(path), 10 * everyMs).unref();
    }
  };
  watched.follow(files);
  return {
    close: () => {
      clearTimeout(again);
      watched.close();
    },
  };
}
