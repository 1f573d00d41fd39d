import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { limitedResponse, MAX_ANSWER_BYTES } from '../../http/limit-body.ts';
import { authorizedFetch } from '../sdk/http-transport.ts';
import { createRequestHeaders } from '../sdk/request-headers.ts';
import { StdioChildTransport } from '../sdk/stdio-child-transport.ts';
import type { ServerTarget } from '../server-target.ts';

/** The only version that this adapter speaks: what is older is for the other. */
export const MODERN_VERSION = '2026-07-28';

export type ModernSession = { client: Client; diagnose(): string };
export type RemoteTarget = Exclude<ServerTarget, { kind: 'in-process' }>;

const CLIENT_INFO = { name: 'rca-fleet', version: '0.1.0' };

/** Connects by the stateless protocol and no other. Throws what the SDK throws; the session is closed then. */
export async function openModernSession(
  target: RemoteTarget,
  { signal, deadlineMs }: { signal: AbortSignal; deadlineMs: number },
  events: { onLost(): void; onToolsChanged(): void },
): Promise<ModernSession> {
  const { transport, diagnose } = transportTo(target);
  const client = new Client(CLIENT_INFO, { versionNegotiation: { mode: { pin: MODERN_VERSION } } });
  client.onclose = events.onLost;
  client.onerror = () => {};
  client.setNotificationHandler('notifications/tools/list_changed', events.onToolsChanged);
  try {
    await client.connect(transport, { signal, timeout: deadlineMs });
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
  return { client, diagnose };
}

function transportTo(target: RemoteTarget): { transport: Transport; diagnose(): string } {
  if (target.kind === 'http') return { transport: httpTransport(target), diagnose: () => '' };
  const child = new StdioChildTransport(target);
  // The two SDKs describe the same transport by types of their own.
  return { transport: child as unknown as Transport, diagnose: () => child.stderrTail };
}

function httpTransport(target: Extract<ServerTarget, { kind: 'http' }>): Transport {
  const secrets = createRequestHeaders(target);
  return new StreamableHTTPClientTransport(new URL(target.url), {
    fetch: async (input, init = {}) => limitedResponse(await authorizedFetch(secrets, input, init), MAX_ANSWER_BYTES),
  });
}
