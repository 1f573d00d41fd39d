import { pause, withDeadline } from '../deadline.ts';
import { describeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { McpStatusStore, ProcessMcpStatus } from '../store/mcp-status-store.ts';
import type { McpServerStatus, ToolGateway } from './mcp-gateway.types.ts';

export type PublishStatusDeps = Pick<ProcessMcpStatus, 'process' | 'role' | 'startedAt'> & {
  gateway: Pick<ToolGateway, 'status'>;
  statuses: McpStatusStore;
  logger: Logger;
  /** Default 15 s. */
  everyMs?: number;
};

const EVERY_MS = 15_000;
/** How long the database may take, ms; a process that ends does not wait for one that is away. */
const PUBLISH_MS = 5_000;
const LEAVE_MS = 1_000;
/** What was published longer ago than this is no longer shown, s: a process that died, or has lost the database. */
export const STATUS_TTL_SECONDS = 50;
/** A status is for people to look at: more than this is left out of it. */
const MOST_SERVERS = 50;
const MOST_ENDPOINTS = 20;
const MOST_TEXT = 200;

/**
 * Publishes what this process sees of its MCP servers now and every few seconds until the signal is aborted, then takes it back.
 * The calls themselves don't know of it; a database that is away costs a line in the log.
 */
export async function keepStatusPublished(deps: PublishStatusDeps, signal: AbortSignal): Promise<void> {
  const { gateway, statuses, logger, everyMs = EVERY_MS, process, role, startedAt } = deps;
  const warn = (error: unknown) =>
    logger.warn('the status of the MCP servers could not be published', { error: describeError(error) });
  let last: Promise<unknown> = Promise.resolve();
  while (!signal.aborted) {
    const servers = gateway.status().slice(0, MOST_SERVERS).map(bounded);
    const publish = () => {
      const published = statuses.publish({ process, role, startedAt, servers });
      last = published.catch(() => undefined);
      return published;
    };
    await withDeadline('publishing it', PUBLISH_MS, publish, signal).catch((error) => signal.aborted || warn(error));
    await pause(everyMs, signal, false);
  }
  // A statement that is still under way when the signal comes would put the row back behind its removal.
  const takeBack = () => last.then(() => statuses.remove(process));
  await withDeadline('taking it back', LEAVE_MS, takeBack).catch(warn);
}

function bounded({ server, endpoints, ...rest }: McpServerStatus): McpServerStatus {
  const shown = endpoints.slice(0, MOST_ENDPOINTS);
  return {
    ...rest,
    server: server.slice(0, MOST_TEXT),
    endpoints: shown.map((one) => ({ ...one, endpoint: one.endpoint.slice(0, MOST_TEXT) })),
  };
}
