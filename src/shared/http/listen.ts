import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { FleetError } from '../errors.ts';

/** A listening server; `close` lets requests under way finish, for at most the given time. */
export type Listening = { url: string; port: number; close(timeoutMs: number): Promise<void> };

/** How long a client may keep a connection for what, ms; it is cut then. */
export type ClientTimeouts = {
  /** Until the headers of a request are there, from the connection on. */
  headersMs: number;
  /** Until the whole request is there. */
  requestMs: number;
  /** From the headers until the answer has been read to the end: ends a client that does not read, and a handler that hangs. */
  answerMs: number;
  /** Between an answer and the next request (Node adds a second to it). */
  idleMs: number;
  /** How often the first two are looked at. */
  checkMs: number;
};

/**
 * The longest answer is that of a tool of our MCP servers, which ends by deadlines of its own within 30 s. A connection is kept
 * longer than senders keep it that send on it again: the balancers of AWS and nginx 60 s, Alertmanager 300 s, Google's balancers
 * 600 s. Closed here first, a request would meet the closing, and who may not repeat it (a balancer a POST) has lost it.
 */
export const DEFAULT_CLIENT_TIMEOUTS: ClientTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 90_000,
  idleMs: 620_000,
  checkMs: 1_000,
};

/** Listens, with deadlines that a slow or silent client can't outstay. Throws FleetError `config_invalid` when the port is taken. */
export async function listen(
  app: Express,
  port: number,
  host: string,
  timeouts: Partial<ClientTimeouts> = {},
): Promise<Listening> {
  const server = createBoundedServer(app, { ...DEFAULT_CLIENT_TIMEOUTS, ...timeouts });
  await new Promise<void>((done, failed) => {
    server.once('error', (error) => {
      failed(new FleetError('config_invalid', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error }));
    });
    server.listen(port, host, done);
  });
  const address = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close: (timeoutMs) => closeServer(server, timeoutMs),
  };
}

function createBoundedServer(app: Express, timeouts: ClientTimeouts): Server {
  const { headersMs, requestMs, answerMs, idleMs, checkMs } = timeouts;
  const options = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    // Node's own default is 30 s, which would make 40 s of 10.
    connectionsCheckingInterval: checkMs,
  };
  return createServer(options, (request, response) => {
    // Node has no limit for an answer: what a client does not read would stay in memory for as long as it likes.
    const timer = setTimeout(() => request.socket.destroy(), answerMs);
    response.once('close', () => clearTimeout(timer));
    app(request, response);
  });
}

async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearTimeout(timer);
}
