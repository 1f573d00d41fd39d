import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RawMessage = { id?: number; method: string; params?: Record<string, unknown> };
/** What to answer: a result, or null when the handler has answered (or keeps silent) by itself. */
export type RawHandler = (
  message: RawMessage,
  http: { request: IncomingMessage; response: ServerResponse },
) => Record<string, unknown> | null;

export type RawHttpServer = { url: string; messages: RawMessage[]; close(): Promise<void> };

/** An MCP server written out by hand, for what no SDK would do: odd sessions, pages, statuses, other protocols. */
export async function rawHttpServer(
  handle: RawHandler,
  port = 0,
  /** What becomes of the event stream that a client opens; 405 by default, as of a server without one. */
  openStream: (response: ServerResponse) => void = (response) => void response.writeHead(405).end(),
): Promise<RawHttpServer> {
  const messages: RawMessage[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return openStream(response);
    if (request.method !== 'POST') return void response.writeHead(405).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = JSON.parse(body) as RawMessage;
    messages.push(message);
    const result = handle(message, { request, response });
    if (result === null || response.writableEnded) return;
    if (message.id === undefined) return void response.writeHead(202).end();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    messages,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export const INITIALIZED = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'raw', version: '1' },
};

/** A tool as tools/list shows it. */
export function rawTool(name: string, annotations?: Record<string, unknown>) {
  return { name, inputSchema: { type: 'object' }, ...(annotations && { annotations }) };
}
