import { createHash, timingSafeEqual } from 'node:crypto';
import { localhostHostValidation } from '@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { FleetError } from '../../errors.ts';
import { type ClientTimeouts, listen } from '../../http/listen.ts';
import { isLoopback } from '../../is-loopback.ts';
import type { ServerDefinition } from '../server-definition.ts';
import { buildMcpServer } from './build-mcp-server.ts';

export type HttpHostOptions = {
  /** The address to bind, default 127.0.0.1; any other than loopback needs a token. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** When given, every request but /healthz must carry it as bearer token. */
  token?: string;
  /** Largest request body, bytes; default 4 MiB. */
  bodyLimitBytes?: number;
  /** How long a slow client may keep a connection, where it differs from the defaults. */
  timeouts?: Partial<ClientTimeouts>;
};

export type HttpHost = { url: string; close(): Promise<void> };

/** How long running calls may take to finish when the server closes, ms. */
const CLOSE_GRACE_MS = 100;
const DEFAULT_BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Serves a definition over stateless Streamable HTTP at `/mcp`, to nobody's browser pages but its own (Host and Origin are checked). Throws FleetError `config_invalid` for an address other
 * than loopback without a token, and for a port that is taken.
 */
export async function serveHttp(definition: ServerDefinition, options: HttpHostOptions = {}): Promise<HttpHost> {
  const { host = '127.0.0.1', port = 0, token, timeouts } = options;
  if (!isLoopback(host) && !token) {
    throw new FleetError(
      'config_invalid',
      `refusing to serve ${definition.name} on ${host} without a token: give --token`,
    );
  }
  const { url, close } = await listen(createHttpHost(definition, options), port, host, timeouts);
  return { url: `${url}/mcp`, close: () => close(CLOSE_GRACE_MS) };
}

function createHttpHost(definition: ServerDefinition, options: HttpHostOptions): Express {
  const { host = '127.0.0.1', token, bodyLimitBytes = DEFAULT_BODY_LIMIT_BYTES } = options;
  const app = express().disable('x-powered-by');
  if (isLoopback(host)) app.use(localhostHostValidation());
  app.use(refuseForeignPages);
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok', server: definition.name, version: definition.version });
  });
  if (token) app.use(requireBearer(token));
  app.post('/mcp', express.json({ limit: bodyLimitBytes }), answerStatelessly(definition));
  app.all('/mcp', (_request, response) => {
    sendError(response.setHeader('allow', 'POST'), 405, 'This server is stateless: only POST is served here.');
  });
  app.use((_request, response) => sendError(response, 404, 'Not found: the MCP endpoint is POST /mcp.'));
  app.use(answerBodyFault);
  return app;
}

function requireBearer(token: string): RequestHandler {
  const expected = digest(`Bearer ${token}`);
  return (request, response, next) => {
    // The word before the token may be written in any case (RFC 9110, 11.1).
    const given = (request.headers.authorization ?? '').replace(/^bearer /i, 'Bearer ');
    if (timingSafeEqual(digest(given), expected)) return next();
    sendError(response.setHeader('www-authenticate', 'Bearer'), 401, 'Give the bearer token of this MCP server.');
  };
}

/**
 * A browser says which page is asking: one of another origin has no business here, and gets no CORS headers either. Clients that are
 * no browsers send no Origin.
 */
const refuseForeignPages: RequestHandler = ({ headers: { origin, host } }, response, next) => {
  if (origin === undefined || (host !== undefined && URL.parse(origin)?.host === host)) return next();
  sendError(response, 403, 'Pages of another origin may not use this MCP server.');
};

/** Texts of any length become comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A server and a transport per request; when the client goes away, closing them aborts the running tool. */
function answerStatelessly(definition: ServerDefinition): RequestHandler {
  return async (request, response) => {
    const server = buildMcpServer(definition);
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    response.once('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  };
}

const answerBodyFault: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = typeof error?.status === 'number' ? error.status : 500;
  sendError(
    response,
    status,
    status < 500 ? String(error.message) : 'Internal error.',
    status === 400 ? -32700 : -32000,
  );
};

function sendError(response: Response, status: number, message: string, code = -32000): void {
  response.status(status).json({ jsonrpc: '2.0', error: { code, message }, id: null });
}
