import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ServerDefinition } from '../server-definition.ts';
import type { ServerTarget } from '../server-target.ts';
import { buildMcpServer } from './build-mcp-server.ts';
import { openHttpTransport } from './http-transport.ts';
import { StdioChildTransport } from './stdio-child-transport.ts';

/** One request as its transport sees it: how long it may live, and what the transport has learned about it. */
export type RequestContext = {
  /** Ends the underlying HTTP request when the call is given up, so that the server can stop working on it. */
  signal: AbortSignal;
  /** Called when the answer's stream broke: the SDK itself would wait for the deadline. */
  onLost(): void;
  /** The answer's Retry-After, ms. */
  retryAfterMs: number | null;
};

export type OpenTransport = {
  transport: Transport;
  /** Runs a request so that the transport knows its context. */
  run<T>(context: RequestContext, request: () => Promise<T>): Promise<T>;
  /** What is known about a failure besides the error, empty when nothing is. */
  diagnose(): string;
  /** Says goodbye where the protocol has a way to (HTTP sessions); never throws. */
  leave(signal: AbortSignal): Promise<void>;
};

/** A transport to the target, not started yet: the SDK client starts it when it connects. */
export async function openTransport(target: ServerTarget): Promise<OpenTransport> {
  switch (target.kind) {
    case 'in-process':
      return plain(await linkInProcess(target.definition));
    case 'stdio': {
      const transport = new StdioChildTransport(target);
      return { ...plain(transport), diagnose: () => transport.stderrTail };
    }
    case 'http':
      return openHttpTransport(target);
  }
}

async function linkInProcess(definition: ServerDefinition): Promise<Transport> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await buildMcpServer(definition).connect(serverSide);
  return clientSide;
}

function plain(transport: Transport): OpenTransport {
  return { transport, run: (_context, request) => request(), diagnose: () => '', leave: async () => {} };
}
