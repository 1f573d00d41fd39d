import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { FleetError } from '../errors.ts';

/** A listening server; `close` lets requests under way finish, for at most the given time. */
export type Listening = { url: string; port: number; close(timeoutMs: number): Promise<void> };

/** Listens, with deadlines that a slow or silent client can't outstay. Throws FleetError `config_invalid` when the port is taken. */
export async function listen(app: Express, port: number, host: string): Promise<Listening> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 }, app);
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

async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearTimeout(timer);
}
