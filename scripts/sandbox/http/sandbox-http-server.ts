import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { sendEndlessly, trickle } from './bad-bodies.ts';
import { createFaultPlan, type Fault, type FaultPlan } from './faults.ts';

/** A request that has been read whole. */
export type SandboxRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
};

export type SandboxAnswer = { status: number; headers?: Record<string, string>; body: string | Buffer };

/** How one simulated service answers; `fault` is what the call met, for services that keep a record. */
export type SandboxService = {
  operationOf(request: SandboxRequest): string;
  handle(request: SandboxRequest, fault: Fault | null): SandboxAnswer | Promise<SandboxAnswer>;
  /** The service's own form of a refusal: its body for an error word, a status or a rate limit. */
  refuse(fault: RefusalFault, request: SandboxRequest): SandboxAnswer;
  /** Told of calls that came and get no answer and have no effect (`hang`, `refuse_connection`). */
  unanswered?(fault: Fault, request: SandboxRequest): void;
};

export type RefusalFault = Extract<Fault, { kind: 'error' | 'status' | 'rate_limited' }>;

/** A server on 127.0.0.1; after `stop()` connections are refused, `start()` listens on the same port again. */
export type SandboxHttpServer = FaultPlan & {
  readonly url: string;
  readonly port: number;
  /** How many connections came so far. */
  connections(): number;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

/** An answer with a JSON body. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://sandbox');
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, answer: SandboxAnswer): void {
  response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body), ...answer.headers });
  response.end(answer.body);
}

/** Waits, but not longer than the connection lives. */
function waitOpen(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function answerWithFault(
  service: SandboxService,
  request: SandboxRequest,
  fault: Fault,
  response: ServerResponse,
): Promise<void> {
  switch (fault.kind) {
    case 'hang':
      service.unanswered?.(fault, request);
      return;
    case 'refuse_connection':
      service.unanswered?.(fault, request);
      response.socket?.resetAndDestroy();
      return;
    case 'drop_answer':
      await service.handle(request, fault);
      response.socket?.resetAndDestroy();
      return;
    case 'endless':
      await sendEndlessly(response);
      return;
    case 'trickle': {
      const { body } = await service.handle(request, fault);
      trickle(response, String(body), fault.everyMs);
      return;
    }
    case 'garbage':
      send(response, {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<html>It is being updated</html>',
      });
      return;
    case 'answer_late': {
      const answer = await service.handle(request, fault);
      await waitOpen(fault.ms, response);
      if (!response.destroyed) send(response, answer);
      return;
    }
    default:
      send(response, service.refuse(fault, request));
  }
}

async function serve(
  service: SandboxService,
  take: (operation: string) => Fault | null,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const fault = take(service.operationOf(request));
  if (fault) await answerWithFault(service, request, fault, response);
  else send(response, await service.handle(request, null));
}

/**
 * Starts a service on a free loopback port, over TLS where a key pair is given; a bug in its handler is answered with 500
 * and the message.
 */
export async function startSandboxHttpServer(
  service: SandboxService,
  tls?: { key: string; cert: string },
): Promise<SandboxHttpServer> {
  const { take, ...plan } = createFaultPlan();
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    serve(service, take, incoming, response).catch((error: unknown) => {
      if (!response.headersSent && !response.destroyed) send(response, { status: 500, body: String(error) });
    });
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  let connections = 0;
  server.on(tls ? 'secureConnection' : 'connection', () => {
    connections += 1;
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { ...plan, url, port, connections: () => connections, stop, close: stop, start: () => listen(port) };
}
