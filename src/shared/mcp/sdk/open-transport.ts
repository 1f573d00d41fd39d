import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ServerDefinition } from '../server-definition.ts';
import type { ServerTarget } from '../server-target.ts';
import { buildMcpServer } from './build-mcp-server.ts';
import { openHttpTransport } from './http-transport.ts';
import type { OpenTransport } from './request-context.ts';
import { StdioChildTransport } from './stdio-child-transport.ts';

/** A transport to the target, not started yet: the SDK client starts it when it connects. */
export async function openTransport(target: ServerTarget): Promise<OpenTransport> {
  switch (target.kind) {
    case 'in-process':
      return plain(await linkInProcess(target.definition));
    case 'stdio': {
      const transport = new StdioChildTransport(target);
      return { ...plain(transport), diagnose: () => transport.stderrTail, fault: () => transport.fault };
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
  return {
    transport,
    run: (_context, request) => request(),
    diagnose: () => '',
    fault: () => null,
    leave: async () => {},
  };
}
