import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A wire between a client and a server that can be cut. */
export type TcpProxy = {
  port: number;
  /** Cuts all connections and takes no new one. */
  cut(): Promise<void>;
  /** Half-open: the connections stay, and no byte of them goes through any more; new ones work. */
  freeze(): void;
  /** Every byte towards the client comes so much later, ms; for the connections that are made from now on. */
  lag(ms: number): void;
  mend(): Promise<void>;
  close(): Promise<void>;
};

/** The server's URL, by way of a proxy. */
export const through = (proxy: TcpProxy, url: string) => {
  const via = new URL(url);
  via.hostname = '127.0.0.1';
  via.port = String(proxy.port);
  return via.href;
};

/** Starts a proxy to the host and port of a URL on a free loopback port. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const wires = new Set<{ here: Socket; there: Socket }>();
  let lagMs = 0;
  const server = createServer((here) => {
    const there = createConnection({ host: hostname, port: Number(targetPort) });
    const wire = { here, there };
    wires.add(wire);
    const end = () => {
      wires.delete(wire);
      here.destroy();
      there.destroy();
    };
    for (const socket of [here, there]) socket.on('error', end).on('close', end);
    here.pipe(there);
    if (lagMs === 0) there.pipe(here);
    else there.pipe(late(lagMs)).pipe(here);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const { here, there } of [...wires]) {
      here.destroy();
      there.destroy();
    }
    await closed;
  };
  return {
    port,
    cut,
    freeze: () => {
      for (const { here, there } of wires) {
        here.unpipe(there).pause();
        there.unpipe(here).pause();
      }
    },
    lag: (ms) => {
      lagMs = ms;
    },
    mend: async () => {
      await listen(port);
    },
    close: cut,
  };
}

const late = (ms: number) =>
  new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(() => done(null, chunk), ms);
    },
  });
