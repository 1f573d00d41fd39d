import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { type FaultProxy, startFaultProxy } from '../../../../../scripts/drills/harness/fault-proxy.ts';

describe('the fault proxy of the drills', () => {
  let server: Server;
  let proxy: FaultProxy;
  const opened: Socket[] = [];

  beforeEach(async () => {
    server = createServer((socket) => {
      opened.push(socket);
      socket.on('error', () => undefined).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startFaultProxy(`redis://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await proxy.close();
    server.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    opened.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  async function echo(socket: Socket, ms = 1_000): Promise<string | null> {
    const timeout = AbortSignal.timeout(ms);
    socket.write('ping');
    const [chunk] = await once(socket, 'data', { signal: timeout }).catch(() => [null]);
    return chunk === null ? null : String(chunk);
  }

  it('passes bytes in both directions', async () => {
    expect(await echo(await client())).to.equal('ping');
  });

  it('keeps the URL but for host and port', () => {
    expect(proxy.url).to.match(/^redis:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('keeps frozen connections open and silent, while new ones work', async () => {
    const old = await client();
    await echo(old);
    proxy.freeze();
    expect(await echo(old, 100)).to.equal(null);
    expect(old.destroyed).to.equal(false);
    expect(await echo(await client())).to.equal('ping');
  });

  it('swallows the bytes of new connections too, until it is healed', async () => {
    proxy.blackhole();
    expect(await echo(await client(), 100)).to.equal(null);
    proxy.heal();
    expect(await echo(await client())).to.equal('ping');
  });

  it('delays every packet', async () => {
    const socket = await client();
    proxy.shape({ delayMs: 40 });
    const from = performance.now();
    expect(await echo(socket)).to.equal('ping');
    expect(performance.now() - from).to.be.at.least(75);
  });

  it('narrows the way, in the order of the bytes', async () => {
    const socket = await client();
    proxy.shape({ bytesPerSecond: 100_000 });
    const from = performance.now();
    const text = Array.from({ length: 2_000 }, (_, n) => String(n).padStart(4, '0')).join('');
    socket.write(text);
    let seen = '';
    while (seen.length < text.length) seen += String((await once(socket, 'data'))[0]);
    expect(seen).to.equal(text);
    expect(performance.now() - from).to.be.at.least(75);
  });

  it('resets what is open', async () => {
    const socket = await client();
    await echo(socket);
    const closed = new Promise((done) => socket.once('close', done));
    proxy.reset();
    await closed;
    expect(await echo(await client())).to.equal('ping');
  });
});
