import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

/** A connected TCP socket; the caller destroys it. Rejects with the system's error, or at once when the signal aborts. */
export function openSocket({ address, port }: { address: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: address, port });
  return whenReady(socket, 'connect', signal);
}

/** A TLS socket after its handshake; the caller destroys it. Rejects like openSocket. */
export function openTls(options: ConnectionOptions, signal: AbortSignal): Promise<TLSSocket> {
  return whenReady(connectTls(options), 'secureConnect', signal);
}

function whenReady<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  return new Promise<S>((resolve, reject) => {
    const onAbort = () => socket.destroy(new Error('gave up'));
    const settle = () => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
    // Stays attached: an error after the check (a reset while closing) must not end the process.
    socket.on('error', (error) => {
      settle();
      reject(error);
    });
  });
}
