import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to bytes on their way. */
export type Shape = { delayMs?: number; jitterMs?: number; bytesPerSecond?: number };

/** A wire between the fleet and one of its dependencies that can be made bad in the ways that networks are. */
export type FaultProxy = {
  /** The server's URL by way of the proxy. */
  url: string;
  /** Half-open: connections stay and no byte of them goes through any more; new ones work. */
  freeze(): void;
  /** The same, and new connections are taken and go nowhere, until `heal`. */
  blackhole(): void;
  /** Resets all connections now; new ones work. */
  reset(): void;
  shape(shape: Shape): void;
  /** New connections work as they should; frozen ones stay frozen, as they would behind a firewall that forgot them. */
  heal(): void;
  close(): Promise<void>;
};

type Wire = { here: Socket; there: Socket; frozen: boolean };
type Weather = { blackhole: boolean; shape: Shape };

/** Starts a proxy on a free loopback port to the host and port of a URL. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const wires = new Set<Wire>();
  const weather: Weather = { blackhole: false, shape: {} };
  const server = createServer((here) => {
    const there = createConnection({ host: hostname, port: Number(targetPort) });
    const wire: Wire = { here, there, frozen: weather.blackhole };
    wires.add(wire);
    const end = () => {
      wires.delete(wire);
      here.destroy();
      there.destroy();
    };
    for (const socket of [here, there]) socket.setNoDelay(true).on('error', end).on('close', end);
    pump(wire, here, there, weather);
    pump(wire, there, here, weather);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const freeze = () => {
    for (const wire of wires) wire.frozen = true;
  };
  return {
    url: url.href,
    freeze,
    blackhole: () => {
      weather.blackhole = true;
      freeze();
    },
    reset: () => {
      for (const { here } of wires) here.resetAndDestroy();
    },
    shape: (shape) => {
      weather.shape = shape;
    },
    heal: () => {
      weather.blackhole = false;
      weather.shape = {};
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const { here, there } of wires) {
        here.destroy();
        there.destroy();
      }
      await closed;
    },
  };
}

/** Passes bytes on one after the other; nothing more is read while some are on their way. */
function pump(wire: Wire, from: Socket, to: Socket, weather: Weather): void {
  const pass = async (chunk: Buffer) => {
    from.pause();
    await sleep(travelMs(chunk.length, weather.shape));
    if (wire.frozen || to.destroyed) return;
    if (!to.write(chunk)) await once(to, 'drain').catch(() => undefined);
    from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    if (!wire.frozen && isPlain(weather.shape)) {
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    } else if (!wire.frozen) void pass(chunk);
    else from.pause();
  });
}

const isPlain = ({ delayMs, bytesPerSecond }: Shape) => !delayMs && !bytesPerSecond;

function travelMs(bytes: number, { delayMs = 0, jitterMs = 0, bytesPerSecond }: Shape): number {
  return delayMs + Math.random() * jitterMs + (bytesPerSecond ? (bytes / bytesPerSecond) * 1000 : 0);
}
