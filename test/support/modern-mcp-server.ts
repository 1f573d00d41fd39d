/**
 * An MCP server of the 2026-07-28 protocol by the second SDK, with one tool. Run as a program it speaks stdio; `modern-only` as argument
 * makes it refuse older clients.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

export const MODERN_SERVER = fileURLToPath(import.meta.url);

type Legacy = 'stateless' | 'reject';

function createModernServer(): McpServer {
  const server = new McpServer({ name: 'modern', version: '1.0.0' });
  const channel = z.object({ id: z.string(), name: z.string(), isMember: z.boolean(), isArchived: z.boolean() });
  server.registerTool(
    'get_channel_info',
    {
      description: 'Reads.',
      inputSchema: z.object({ channel: z.string() }),
      outputSchema: channel,
      annotations: { readOnlyHint: true },
    },
    async ({ channel: id }) => {
      if (id === 'slow') await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      if (id === 'bad') return { isError: true, content: [{ type: 'text', text: 'no such channel' }] };
      const structuredContent = { id, name: `modern ${process.pid}`, isMember: true, isArchived: false };
      return { structuredContent, content: [{ type: 'text', text: 'modern' }] };
    },
  );
  return server;
}

/** Serves it over HTTP on a free port of this machine. */
export async function startModernServer(legacy: Legacy, token?: string, port = 0) {
  const handler = createMcpHandler(createModernServer, { legacy });
  const server = createServer(async (incoming, outgoing) => {
    if (token && incoming.headers.authorization !== `Bearer ${token}`) return void outgoing.writeHead(401).end();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers = new Headers(incoming.headers as Record<string, string>);
    const body = incoming.method === 'POST' ? Buffer.concat(chunks) : undefined;
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const request = new Request(`http://127.0.0.1${incoming.url}`, {
      method: incoming.method,
      headers,
      body,
      signal: gone.signal,
    });
    const response = await handler.fetch(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body) for await (const chunk of response.body) outgoing.write(chunk);
    outgoing.end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    /** Tells whoever listens that its tools are others now. */
    announce: () => handler.notify.toolsChanged(),
    close: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

if (process.argv[1] === MODERN_SERVER)
  serveStdio(createModernServer, { legacy: process.argv[2] === 'modern-only' ? 'reject' : 'serve' });
