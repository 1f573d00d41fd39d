import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';

export type PeerTool = {
  name: string;
  inputSchema: {
    type: 'object';
    properties: Record<string, object>;
    required?: string[];
    additionalProperties?: false;
  };
  annotations?: Record<string, boolean>;
  /** The texts of the answer, or a refusal. */
  answer(args: Record<string, unknown>): string[] | { isError: true; text: string };
};

export type Peer = {
  url: string;
  calls: { tool: string; arguments: Record<string, unknown> }[];
  close(): Promise<void>;
};

const validator = new AjvJsonSchemaValidator();

/** A server with these tools over stateless Streamable HTTP; like a strict server it refuses arguments that its schema does not allow. */
export async function servePeer(tools: PeerTool[]): Promise<Peer> {
  const calls: Peer['calls'] = [];
  const http = createServer(async (request, response) => {
    const server = new Server({ name: 'peer', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, async () => ({
      tools: tools.map(({ answer: _, ...tool }) => tool),
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }) => {
      const tool = tools.find((one) => one.name === name);
      if (!tool) throw new Error(`no tool ${name}`);
      const checked = validator.getValidator(tool.inputSchema)(args);
      if (!checked.valid)
        return { isError: true, content: [{ type: 'text', text: `bad arguments: ${checked.errorMessage}` }] };
      calls.push({ tool: name, arguments: args });
      const answer = tool.answer(args);
      if ('isError' in answer) return { isError: true, content: [{ type: 'text', text: answer.text }] };
      return { content: answer.map((text) => ({ type: 'text' as const, text })) };
    });
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    response.once('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    calls,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
