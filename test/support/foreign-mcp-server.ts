import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, type CallToolResult, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/** A tool of the server, and what it answers. */
export type ServedTool = {
  description: string;
  /** JSON Schema of the properties of its arguments. */
  properties?: Record<string, unknown>;
  required?: string[];
  readOnly?: boolean;
  answer: (args: Record<string, unknown>) => CallToolResult | Promise<CallToolResult>;
};

export type ForeignMcpServer = {
  url: string;
  /** `name {"arguments": ...}` of every call. */
  calls: string[];
  /** The tools by name; after a change the clients are told by `announce`. */
  tools: Record<string, ServedTool>;
  announce(): Promise<void>;
  close(): Promise<void>;
};

/** Text as the answer of a tool. */
export const saying = (text: string, structuredContent?: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  ...(structuredContent && { structuredContent }),
});

/** An MCP server by the official SDK, with sessions and pushed notifications over Streamable HTTP. */
export async function startForeignServer(tools: Record<string, ServedTool>): Promise<ForeignMcpServer> {
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; server: Server }>();
  const calls: string[] = [];
  const open = async () => {
    const server = new Server({ name: 'foreign', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: Object.entries(tools).map(listed) }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }) => {
      calls.push(`${name} ${JSON.stringify(args)}`);
      return (
        (await tools[name]?.answer(args)) ?? { isError: true, content: [{ type: 'text', text: `no tool ${name}` }] }
      );
    });
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, server }),
    });
    await server.connect(transport);
    return transport;
  };
  const http = createServer(async (incoming, outgoing) => {
    const known = sessions.get(String(incoming.headers['mcp-session-id']));
    await (known?.transport ?? (await open())).handleRequest(incoming, outgoing);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    calls,
    tools,
    announce: async () => {
      await Promise.all([...sessions.values()].map(({ server }) => server.sendToolListChanged()));
    },
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function listed([name, { description, properties = {}, required = [], readOnly = true }]: [string, ServedTool]) {
  const inputSchema = { type: 'object' as const, properties, required };
  return { name, description, inputSchema, annotations: { readOnlyHint: readOnly } };
}
