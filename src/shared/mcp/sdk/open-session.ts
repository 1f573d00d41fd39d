import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ServerTarget } from '../server-target.ts';
import type { ToolListing } from '../tool-listing.ts';
import { openTransport } from './open-transport.ts';
import type { OpenTransport } from './request-context.ts';

/** One initialised connection to one server; after a loss it is thrown away and another is opened. */
export type Session = {
  client: Client;
  transport: OpenTransport;
  protocolVersion: string | null;
  openedAt: number;
  /** What it lists, null before anybody asked. */
  listing: ToolListing | null;
};

export type SessionEvents = { onLost(session: Session): void; onToolsChanged(session: Session): void };

/** Why no session came about: the SDK's error as cause, and the last that a child process wrote to stderr. */
export class OpenSessionError extends Error {
  readonly diagnosis: string;

  constructor(cause: unknown, diagnosis: string) {
    super('the session could not be opened', { cause });
    this.diagnosis = diagnosis;
  }
}

const CLIENT_INFO = { name: 'rca-fleet', version: '0.1.0' };

/** Connects and initialises. Throws OpenSessionError. */
export async function openSession(
  target: ServerTarget,
  options: { signal: AbortSignal; deadlineMs: number; now: number },
  events: SessionEvents,
): Promise<Session> {
  const transport = await openTransport(target);
  const client = new Client(CLIENT_INFO);
  const session: Session = { client, transport, protocolVersion: null, openedAt: options.now, listing: null };
  recordProtocolVersion(session);
  client.onclose = () => events.onLost(session);
  // Errors outside of any request (a broken event stream, a stray line on stdout) have no one to be told to.
  client.onerror = () => {};
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => events.onToolsChanged(session));
  const context = { signal: options.signal, onLost: () => {}, retryAfterMs: null };
  try {
    const wait = { signal: options.signal, timeout: options.deadlineMs };
    await transport.run(context, () => client.connect(transport.transport, wait));
  } catch (error) {
    await client.close().catch(() => {});
    throw new OpenSessionError(error, transport.diagnose());
  }
  return session;
}

/** The SDK client keeps the negotiated version to itself but tells the transport. */
function recordProtocolVersion(session: Session): void {
  const { transport } = session.transport;
  const tellTransport = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    session.protocolVersion = version;
    tellTransport?.(version);
  };
}

/** Ends a session: goodbye where there is one, then the transport; bounded, never throws. */
export async function closeSession({ client, transport }: Session): Promise<void> {
  await transport.leave(AbortSignal.timeout(1000));
  await client.close().catch(() => {});
}
