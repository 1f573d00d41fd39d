import { Router } from 'express';
import { withDeadline } from '../shared/deadline.ts';
import type { McpGateway, ToolGateway } from '../shared/mcp/mcp-gateway.types.ts';

const HEALTH_DEADLINE_MS = 8_000;

/**
 * `GET /mcp`: every MCP server as this process sees it now, asked for a sign of life; `?ask=no` tells what is known without asking.
 * To be mounted under `/api` behind the admin token.
 */
export function createMcpApi(gateway: McpGateway & Partial<Pick<ToolGateway, 'status'>>): Router {
  const api = Router();
  api.get('/mcp', async (request, response) => {
    const known = new Map((gateway.status?.() ?? []).map((status) => [status.server, status]));
    if (request.query.ask === 'no') return void response.json({ servers: [...known.values()] });
    const health = await withDeadline('asking the MCP servers', HEALTH_DEADLINE_MS, (signal) => gateway.health(signal));
    response.json({
      servers: health.map(({ tools, ...rest }) => ({ ...known.get(rest.server), ...rest, tools: tools.length })),
    });
  });
  return api;
}
