import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect } from 'chai';
import { pause } from '../../src/shared/deadline.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { ModernConnection } from '../../src/shared/mcp/modern/modern-connection.ts';
import { serveHttp } from '../../src/shared/mcp/sdk/serve-http.ts';
import type { ServerTarget } from '../../src/shared/mcp/server-target.ts';
import { createNetworkServer } from '../../src/shared/mcp/servers/network/network-server.ts';
import { eventually } from '../support/fleet.ts';
import { MODERN_SERVER, startModernServer } from '../support/modern-mcp-server.ts';
import { controllableServer } from '../unit/shared/mcp/support/controllable-server.ts';

const READ = 'slack.channel_info';
const signal = new AbortController().signal;

describe('a server of the stateless protocol of 2026-07-28', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const cleanup = <T extends { close(): Promise<void> }>(resource: T): T => {
    cleanups.unshift(() => resource.close());
    return resource;
  };
  const gatewayTo = (target: ServerTarget, deadlineMs = 8000): ToolGateway =>
    cleanup(
      createMcpGateway({
        servers: [{ name: 'modern', target, capabilities: { [READ]: 'get_channel_info' } }],
        limits: { retryBaseMs: 20, attempts: 3 },
        deadlineMs: { [READ]: deadlineMs },
      }),
    );
  const read = (gateway: ToolGateway, channel = 'C1') => gateway.call(READ, { channel }, { signal });
  const versionOf = async (gateway: ToolGateway) => (await gateway.health(signal))[0]!.protocolVersion;
  const stdio = (...args: string[]): ServerTarget => ({
    kind: 'stdio',
    command: process.execPath,
    args: [MODERN_SERVER, ...args],
    env: {},
  });
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('that accepts older clients is asked by the older protocol, and by the newer where its entry says so', async () => {
    const { url } = cleanup(await startModernServer('stateless'));
    const auto = gatewayTo({ kind: 'http', url, headers: {} });
    expect((await read(auto)).text).to.equal('modern');
    expect(await versionOf(auto)).to.equal('2025-11-25');
    const modern = gatewayTo({ kind: 'http', url, headers: {}, protocol: 'modern' });
    expect((await read(modern)).text).to.equal('modern');
    expect(await versionOf(modern)).to.equal('2026-07-28');
  });

  it('that refuses older clients is asked by the newer protocol, over HTTP with its token', async () => {
    const { url } = cleanup(await startModernServer('reject', 't'));
    const gateway = gatewayTo({ kind: 'http', url, headers: { Authorization: 'Bearer t' } });
    expect((await read(gateway)).data.name).to.equal(`modern ${process.pid}`);
    expect(await versionOf(gateway)).to.equal('2026-07-28');
    const stranger = gatewayTo({ kind: 'http', url, headers: {} });
    expect(await read(stranger).catch((error) => error)).to.include({ failure: 'auth' });
  });

  it('that refuses older clients is asked by the newer protocol, as a child process that ends with us', async () => {
    const gateway = gatewayTo(stdio('modern-only'));
    const pid = Number(/\d+/.exec((await read(gateway)).data.name)![0]);
    expect(await versionOf(gateway)).to.equal('2026-07-28');
    process.kill(pid, 'SIGKILL');
    const next = Number(/\d+/.exec((await read(gateway)).data.name)![0]);
    expect(next).to.not.equal(pid);
    await gateway.close();
    while (isAlive(next)) await new Promise((resolve) => setTimeout(resolve, 10));
  }).timeout(20_000);

  it('has its failures told apart: the tool, the arguments, the deadline, the caller', async () => {
    const { url } = cleanup(await startModernServer('reject'));
    const gateway = gatewayTo({ kind: 'http', url, headers: {} }, 400);
    await read(gateway).catch(() => null);
    expect(await read(gateway, 'bad').catch((error) => error)).to.include({
      failure: 'tool_error',
      message: 'no such channel',
    });
    const given = gateway.call(READ, { channel: 'slow' }, { signal: AbortSignal.timeout(100) });
    expect(await given.catch((error) => error)).to.include({ failure: 'aborted' });
    expect(await read(gateway, 'slow').catch((error) => error)).to.include({ failure: 'timeout' });
  });

  it('is asked again after it was stopped and started', async () => {
    const first = await startModernServer('reject');
    const port = Number(new URL(first.url).port);
    const gateway = gatewayTo({ kind: 'http', url: first.url, headers: {} });
    await read(gateway);
    await first.close();
    const error = await read(gateway).catch((thrown) => thrown);
    expect(error).to.include({ failure: 'connection' });
    cleanup(await startModernServer('reject', undefined, port));
    for (let tries = 0; tries < 50; tries++) {
      if (await read(gateway).catch(() => null)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect.fail('it did not come back');
  }).timeout(15_000);

  it('is asked by the older protocol again when an older version of it is put back, and by the newer after the next upgrade', async () => {
    const modern = await startModernServer('reject');
    const port = Number(new URL(modern.url).port);
    const gateway = gatewayTo({ kind: 'http', url: modern.url, headers: {} });
    const untilSpoken = async (version: string) => {
      while (!(await read(gateway).catch(() => null))) await pause(50);
      expect(await versionOf(gateway)).to.equal(version);
    };
    await untilSpoken('2026-07-28');
    await modern.close();
    const older = await controllableServer(port);
    await untilSpoken('2025-06-18');
    await older.close();
    cleanup(await startModernServer('reject', undefined, port));
    await untilSpoken('2026-07-28');
  }).timeout(20_000);

  it('is started anew when it hangs as a child process', async () => {
    const gateway = gatewayTo({ ...stdio('modern-only'), protocol: 'modern' } as ServerTarget, 3000);
    const pidOf = async () => Number(/\d+/.exec((await read(gateway)).data.name)![0]);
    const hung = await pidOf();
    process.kill(hung, 'SIGSTOP');
    const next = await eventually('an answer', () => pidOf().catch(() => null), 20_000);
    expect(next).to.not.equal(hung);
    while (isAlive(hung)) await pause(10);
  }).timeout(40_000);

  it('says that it has other tools now, and has them listed', async () => {
    const server = cleanup(await startModernServer('reject'));
    const connection = cleanup(new ModernConnection('modern', { kind: 'http', url: server.url, headers: {} }));
    const wait = { signal, deadlineMs: 5_000 };
    const heard = new Promise<void>((resolve) => connection.onToolsChanged(resolve));
    expect(await connection.listTools(wait)).to.have.length(1);
    const announcing = setInterval(() => server.announce(), 50);
    await heard.finally(() => clearInterval(announcing));
  });

  it('has its hint heeded when it limits the rate', async () => {
    const { url } = cleanup(await startModernServer('reject'));
    const limited = { now: false };
    const proxy = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (limited.now) return void response.writeHead(429, { 'retry-after': '60' }).end();
      const headers = request.headers as Record<string, string>;
      const answer = await fetch(url, { method: 'POST', headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    cleanups.unshift(async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    });
    const { port } = proxy.address() as AddressInfo;
    const gateway = gatewayTo({ kind: 'http', url: `http://127.0.0.1:${port}/mcp`, headers: {}, protocol: 'modern' });
    await read(gateway);
    limited.now = true;
    const error = await read(gateway, 'C2').catch((thrown) => thrown);
    expect(error).to.include({ failure: 'rate_limit', retryAfterMs: 60_000 });
  });

  it('is not mistaken for one that is down', async () => {
    const down = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => down.once('listening', resolve));
    const { port } = down.address() as { port: number };
    await new Promise((resolve) => down.close(resolve));
    const gateway = gatewayTo({ kind: 'http', url: `http://127.0.0.1:${port}/mcp`, headers: {} });
    expect(await read(gateway).catch((error) => error)).to.include({ failure: 'connection' });
  });
});

describe("our servers under the second SDK's own client", () => {
  it('are listed and called', async () => {
    const host = await serveHttp(createNetworkServer({ allowedHosts: ['127.0.0.1'] }), { token: 't' });
    const client = new Client({ name: 'stock', version: '2' }, { versionNegotiation: { mode: 'auto' } });
    try {
      const requestInit = { headers: { authorization: 'Bearer t' } };
      await client.connect(new StreamableHTTPClientTransport(new URL(host.url), { requestInit }));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).to.include('check_tcp');
      const answer = await client.callTool({ name: 'check_tcp', arguments: { host: '127.0.0.1', port: 1 } });
      expect(answer.structuredContent).to.include({ connected: false, port: 1 });
    } finally {
      await client.close();
      await host.close();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
