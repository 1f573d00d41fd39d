import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { ServerDefinition } from '../server-definition.ts';
import { buildMcpServer } from './build-mcp-server.ts';

/**
 * Serves a definition over a pair of streams until the input ends, then resolves. Nothing else may write to `output`: it
 * carries the protocol.
 */
export async function serveStdio(definition: ServerDefinition, input: Readable, output: Writable): Promise<void> {
  const server = buildMcpServer(definition);
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve).once('close', resolve);
    output.once('error', () => resolve());
  });
  await server.connect(new StdioServerTransport(input, output));
  await ended;
  await server.close();
}
