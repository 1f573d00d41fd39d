import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { createAuthority, issueCertificate } from './sandbox-certificates.ts';

export type TlsSandboxOptions = {
  /** The host that the certificate is for. */
  host: string;
  /** How long the certificate still lasts, in hours; negative for an expired one. */
  validForHours: number;
  /** Names in the certificate; default: the host alone. */
  altNames?: string[];
};

/** A TLS endpoint on 127.0.0.1 with a certificate that really ends when it says. */
export type TlsSandbox = {
  host: string;
  address: string;
  port: number;
  /** The authority that signed it, PEM; a client that trusts it finds the chain whole. */
  caCertificate: string;
  validTo: Date;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n';

/** Starts the TLS endpoint on a free port; it answers every request with 200. */
export async function startTlsSandbox(options: TlsSandboxOptions): Promise<TlsSandbox> {
  const ca = await createAuthority();
  const validTo = new Date(Math.floor((Date.now() + options.validForHours * 3_600_000) / 1000) * 1000);
  const { host, altNames = [host] } = options;
  const { key, cert } = await issueCertificate(ca, { altNames, validTo });
  const sockets = new Set<Socket>();
  const server = createServer({ key, cert }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(ANSWER));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const about = { host, address: '127.0.0.1', port, caCertificate: ca.cert, validTo };
  return { ...about, stop, close: stop, start: () => listen(port) };
}
