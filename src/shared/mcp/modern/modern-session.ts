import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { limitedResponse, MAX_ANSWER_BYTES } from '../../http/limit-body.ts';
import { authorizedFetch } from '../sdk/http-transport.ts';
import { createRequestHeaders } from '../sdk/request-headers.ts';
import { readRetryAfter } from '../sdk/retry-after.ts';
import { StdioChildTransport } from '../sdk/stdio-child-transport.ts';
import type { ServerTarget } from '../server-target.ts';

/** The only version that this adapter speaks: what is older is for the other. */
export const MODERN_VERSION = '2026-07-28';

export type ModernSession = {
  client: Client;
  diagnose(): string;
  /** The Retry-After of the last answer, ms; null where it had none. */
  retryAfterMs(): number | null;
};
export type RemoteTarget = Exclude<ServerTarget, { kind: 'in-process' }>;

const CLIENT_INFO = { name: 'rca-fleet', version: '0.1.0' };

/** Connects by the stateless protocol and no other. Throws what the SDK throws; the session is closed then. */
export async function openModernSession(
  target: RemoteTarget,
  { signal, deadlineMs }: { signal: AbortSignal; deadlineMs: number },
  events: { onLost(): void; onToolsChanged(): void },
): Promise<ModernSession> {
  const { transport, ...known } = transportTo(target);
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
  hearOfChanges(client, deadlineMs);
  return { client, ...known };
}

/** Changes are told to those who listen only. Beside the connecting: a server that announces them but is not heard of must not hold it up. */
function hearOfChanges(client: Client, timeout: number): void {
  if (!client.getServerCapabilities()?.tools?.listChanged) return;
  // Without it the time to live of the list is what there is.
  client.listen({ toolsListChanged: true }, { timeout }).catch(() => {});
}

function transportTo(target: RemoteTarget): Omit<ModernSession, 'client'> & { transport: Transport } {
  if (target.kind === 'http') return httpTransport(target);
  const child = new StdioChildTransport(target);
  // The two SDKs describe the same transport by types of their own.
  return { transport: child as unknown as Transport, diagnose: () => child.stderrTail, retryAfterMs: () => null };
}

function httpTransport(target: Extract<ServerTarget, { kind: 'http' }>) {
  const secrets = createRequestHeaders(target);
  let retryAfterMs: number | null = null;
  const transport = new StreamableHTTPClientTransport(new URL(target.url), {
    fetch: async (input, init = {}) => {
      const response = await authorizedFetch(secrets, input, init);
      retryAfterMs = readRetryAfter(response.headers.get('retry-after'));
      return limitedResponse(response, MAX_ANSWER_BYTES);
    },
  });
  return { transport, diagnose: () => '', retryAfterMs: () => retryAfterMs };
}
