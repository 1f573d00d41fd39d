import type { McpConnection } from './mcp-connection.ts';
import { NegotiatingConnection } from './negotiating-connection.ts';
import { SdkConnection, type SdkConnectionOptions } from './sdk/sdk-connection.ts';
import type { ServerTarget } from './server-target.ts';

/** A connection to the target by the adapter that speaks its protocol; it connects when it is first needed. */
export function openConnection(server: string, target: ServerTarget, options: SdkConnectionOptions): McpConnection {
  const legacy = () => new SdkConnection(server, target, options);
  if (target.kind === 'in-process' || target.protocol === 'legacy') return legacy();
  const modern = async () => {
    // Few servers need it: it is loaded with the first.
    const { ModernConnection } = await import('./modern/modern-connection.ts');
    return new ModernConnection(server, target, options);
  };
  return new NegotiatingConnection(
    { legacy: async () => legacy(), modern },
    target.protocol === 'modern' ? 'modern' : null,
  );
}
