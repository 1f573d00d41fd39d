import { Router } from 'express';
import { withDeadline } from '../shared/deadline.ts';
import type { ToolGateway } from '../shared/mcp/mcp-gateway.types.ts';
import { STATUS_TTL_SECONDS } from '../shared/mcp/publish-status.ts';
import type { McpStatusStore, PublishedMcpStatus } from '../shared/store/mcp-status-store.ts';

const HEALTH_DEADLINE_MS = 8_000;

/**
 * `GET /mcp`: `servers` is every MCP server as this process sees it now, asked for a sign of life (`?ask=no`: what is known without
 * asking); `processes` is what all processes, the workers too, have last told of theirs (null where the database cannot say).
 * To be mounted under `/api` behind the admin token.
 */
export function createMcpApi(
  gateway: Pick<ToolGateway, 'health' | 'status'>,
  statuses: Pick<McpStatusStore, 'list'>,
): Router {
  const api = Router();
  api.get('/mcp', async (request, response) => {
    const known = gateway.status();
    const asked = request.query.ask === 'no' ? Promise.resolve(known) : askedServers(gateway, known);
    const processes: Promise<PublishedMcpStatus[] | null> = statuses.list(STATUS_TTL_SECONDS).catch(() => null);
    response.json({ servers: await asked, processes: await processes });
  });
  return api;
}

async function askedServers(gateway: Pick<ToolGateway, 'health'>, known: ReturnType<ToolGateway['status']>) {
  const byName = new Map(known.map((status) => [status.server, status]));
  const health = await withDeadline('asking the MCP servers', HEALTH_DEADLINE_MS, (signal) => gateway.health(signal));
  return health.map(({ tools, ...rest }) => ({ ...byName.get(rest.server), ...rest, tools: tools.length }));
}
