import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { createMcpGateway } from '../../../../../src/shared/mcp/mcp-gateway.ts';
import { SdkConnection } from '../../../../../src/shared/mcp/sdk/sdk-connection.ts';
import { type HttpHost, serveHttp } from '../../../../../src/shared/mcp/sdk/serve-http.ts';
import { configuredFixture, fixtureServer, hang } from '../support/fixture-server.ts';
import { INITIALIZED, type RawHandler, rawHttpServer, rawTool } from '../support/raw-http-server.ts';
import { failureOf, waiting } from '../support/waits.ts';

describe('a connection over Streamable HTTP', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const cleanup = <T extends { close(): Promise<void> }>(resource: T): T => {
    cleanups.unshift(() => resource.close());
    return resource;
  };
  const connect = (url: string, headers: Record<string, string> = {}) =>
    cleanup(new SdkConnection('remote', { kind: 'http', url, headers }));
  const raw = async (handle: RawHandler) => cleanup(await rawHttpServer(handle));
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('lists, calls and gives the protocol version', async () => {
    const { url } = cleanup(await serveHttp(fixtureServer()));
    const connection = connect(url);
    const tools = await connection.listTools(waiting());
    expect(tools.map(({ name, readOnlyHint }) => [name, readOnlyHint])).to.deep.equal([
      ['get_channel_info', true],
      ['post_message', false],
    ]);
    const result = await connection.callTool('get_channel_info', { channel: 'C' }, waiting());
    expect(result).to.deep.include({ isError: false, text: 'channel alerts' });
    expect((await connection.health(waiting())).protocolVersion).to.equal('2025-11-25');
  });

  it('sends the configured headers, and reports a wrong token as auth', async () => {
    const { url } = cleanup(await serveHttp(fixtureServer(), { token: 't' }));
    await connect(url, { authorization: 'Bearer t' }).connect(waiting());
    expect((await failureOf(connect(url).connect(waiting()))).failure).to.equal('auth');
  });

  it('takes any number of events beside the calls, but cuts off one that has no end', async () => {
    const sent = Promise.withResolvers<number>();
    let announced = 0;
    const openStream = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const note = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      // Sixteen megabytes of sound events, then one that never ends.
      for (let event = 0; event < 16; event++) {
        response.write(`: ${' '.repeat(1024 * 1024)}\r\nevent: message\r\ndata: ${note}\r\n\r\n`);
      }
      let bytes = 0;
      const pump = () => {
        for (let more = true; more && !response.destroyed; bytes += 256 * 1024)
          more = response.write('x'.repeat(256 * 1024));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
      response.once('close', () => sent.resolve(bytes));
    };
    const handle: RawHandler = ({ method }) => (method === 'initialize' ? INITIALIZED : { tools: [] });
    const { url } = cleanup(await rawHttpServer(handle, 0, openStream));
    const connection = connect(url);
    connection.onToolsChanged(() => {
      announced += 1;
    });
    await connection.connect(waiting());
    // What was on its way when it was cut off comes on top of the bound of 8 MiB.
    expect(await sent.promise).to.be.below(32 * 1024 * 1024);
    expect(announced).to.equal(16);
    expect(await connection.listTools(waiting())).to.deep.equal([]);
  }).timeout(20_000);

  it('works again on the next call after the server was stopped and started', async () => {
    const first = await serveHttp(fixtureServer());
    const port = Number(new URL(first.url).port);
    const gateway = cleanup(
      createMcpGateway({ servers: [configuredFixture({ kind: 'http', url: first.url, headers: {} })] }),
    );
    const signal = new AbortController().signal;
    const read = () => gateway.call('slack.channel_info', { channel: 'C' }, { signal });
    await read();
    await first.close();
    const write = gateway.call('slack.post_message', { channel: 'C', text: 'x' }, { signal });
    expect((await failureOf(write)).failure).to.equal('connection');
    cleanup(await serveHttp(fixtureServer(), { port }));
    expect((await read()).data.name).to.equal('alerts');
  });

  it('notices at once when the server dies in the middle of a call, and says that it may have had its effect', async () => {
    const host: HttpHost = await serveHttp(
      fixtureServer({
        write: (context) => {
          setImmediate(() => void host.close());
          return hang(context);
        },
      }),
    );
    const started = performance.now();
    const error = await failureOf(connect(host.url).callTool('post_message', { channel: 'C', text: 'x' }, waiting()));
    expect(error).to.include({ failure: 'connection', ambiguous: true });
    expect(performance.now() - started).to.be.below(2000);
  });

  it('notices at once when an event stream breaks in the middle of a call', async () => {
    const server = await raw(({ method }, { response }) => {
      if (method === 'initialize') return INITIALIZED;
      if (method !== 'tools/call') return {};
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': working\n\n');
      setTimeout(() => response.destroy(), 10);
      return null;
    });
    const error = await failureOf(connect(server.url).callTool('x', {}, waiting()));
    expect(error).to.include({ failure: 'connection', ambiguous: true });
  });

  it('lets a stateless server know when the caller gives up', async () => {
    const told = Promise.withResolvers<void>();
    const server = fixtureServer({
      read: (context) => {
        context.signal.addEventListener('abort', () => told.resolve());
        return hang(context);
      },
    });
    const { url } = cleanup(await serveHttp(server));
    const call = connect(url).callTool('get_channel_info', { channel: 'C' }, waiting(100));
    expect((await failureOf(call)).failure).to.equal('timeout');
    await told.promise;
  });

  it('ends a call to a server that does not answer, whatever it was asked', async () => {
    const silent = await raw(() => null);
    expect((await failureOf(connect(silent.url).listTools(waiting(50)))).failure).to.equal('timeout');
    const mute = await raw(({ method }) => (method === 'initialize' ? INITIALIZED : null));
    expect((await failureOf(connect(mute.url).listTools(waiting(50)))).failure).to.equal('timeout');
    const signal = AbortSignal.timeout(50);
    const error = await failureOf(connect(mute.url).listTools({ signal, deadlineMs: 5000 }));
    expect(error.failure).to.equal('aborted');
  });

  it('follows the tool list over all its pages, and stops where they do not end', async () => {
    const paged = await raw(({ method, params }) => {
      if (method !== 'tools/list') return INITIALIZED;
      const page = Number(params?.cursor ?? 0);
      return { tools: [rawTool(`tool-${page}`)], ...(page < 2 && { nextCursor: String(page + 1) }) };
    });
    const tools = await connect(paged.url).listTools(waiting());
    expect(tools.map(({ name }) => name)).to.deep.equal(['tool-0', 'tool-1', 'tool-2']);
    const endless = await raw(({ method }) => (method === 'tools/list' ? { tools: [], nextCursor: 'x' } : INITIALIZED));
    expect((await failureOf(connect(endless.url).listTools(waiting()))).message).to.include('does not end');
  });

  it('keeps the tool list for its time to live, then asks again', async () => {
    let now = 0;
    const server = await raw(({ method }) => (method === 'tools/list' ? { tools: [rawTool('a')] } : INITIALIZED));
    const target = { kind: 'http', url: server.url, headers: {} } as const;
    const connection = cleanup(new SdkConnection('remote', target, { now: () => now, toolsTtlMs: 1000 }));
    const lists = () => server.messages.filter(({ method }) => method === 'tools/list').length;
    for (now of [0, 999]) await connection.listTools(waiting());
    expect(lists()).to.equal(1);
    now = 1000;
    await connection.listTools(waiting());
    expect(lists()).to.equal(2);
  });

  for (const [status, text] of [
    [404, 'Session not found'],
    [400, 'Bad Request: No valid session ID provided'],
  ] as const) {
    it(`opens a new session when the server answers ${status} for the old one`, async () => {
      let session = 1;
      const server = await raw(({ method, id }, { request, response }) => {
        if (method === 'initialize') {
          response.setHeader('mcp-session-id', `s${session}`);
          return INITIALIZED;
        }
        if (request.headers['mcp-session-id'] === `s${session}`) return { content: [{ type: 'text', text: 'ok' }] };
        response.writeHead(status).end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: text } }));
        return null;
      });
      const connection = connect(server.url);
      await connection.callTool('x', {}, waiting());
      session = 2;
      const error = await failureOf(connection.callTool('x', {}, waiting()));
      expect(error).to.include({ failure: 'connection', ambiguous: false });
      expect((await connection.callTool('x', {}, waiting())).text).to.equal('ok');
    });
  }

  it('never cancels what was answered long ago', async () => {
    const server = await raw(({ method }) => (method === 'tools/call' ? { content: [] } : INITIALIZED));
    const caller = new AbortController();
    const connection = connect(server.url);
    await connection.connect(waiting());
    await connection.callTool('x', {}, { signal: caller.signal, deadlineMs: 200 });
    await new Promise((resolve) => setTimeout(resolve, 210));
    caller.abort();
    await connection.callTool('x', {}, waiting());
    await connection.close();
    const methods = server.messages.map(({ method }) => method);
    expect(methods).to.deep.equal(['initialize', 'notifications/initialized', 'tools/call', 'tools/call']);
  });

  it('hands on how long a server asks to wait', async () => {
    const server = await raw(({ method }, { response }) => {
      if (method !== 'tools/call') return INITIALIZED;
      response.writeHead(429, { 'retry-after': '3' }).end();
      return null;
    });
    const error = await failureOf(connect(server.url).callTool('x', {}, waiting()));
    expect(error).to.include({ failure: 'rate_limit', retryAfterMs: 3000, ambiguous: false });
  });

  it('says in clear words that a server speaks only the newer protocol', async () => {
    const server = await raw(({ id }, { response }) => {
      const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: ['2026-07-28'] } };
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return null;
    });
    const error = await failureOf(connect(server.url).connect(waiting()));
    expect(error).to.include({ failure: 'protocol', detail: '-32022' });
    expect(error.message).to.include('speaks only a newer MCP protocol (it names 2026-07-28)');
  });

  it('says that nothing answers there, and asks the address when it is not an MCP server', async () => {
    const error = await failureOf(connect(await deadUrl()).callTool('x', {}, waiting()));
    expect(error).to.include({ failure: 'connection', detail: 'ECONNREFUSED', ambiguous: false });
    const other = await raw((_message, { response }) => {
      response.writeHead(404).end();
      return null;
    });
    expect((await failureOf(connect(other.url).connect(waiting()))).message).to.include('is the address right?');
  });

  it('leaves a server that keeps failing alone for longer and longer', async () => {
    const target = { kind: 'http', url: await deadUrl(), headers: {} } as const;
    let now = 0;
    const connection = cleanup(new SdkConnection('remote', target, { now: () => now, random: () => 1 }));
    const hints: (number | null)[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      hints.push((await failureOf(connection.connect(waiting()))).retryAfterMs);
      now += 60_000;
    }
    expect(hints).to.deep.equal([100, 200, 400, 800, 1600]);
    now -= 60_000;
    expect((await failureOf(connection.connect(waiting()))).message).to.include('tried again later');
  });

  it('refuses a tool that does not say it is read-only, without calling it', async () => {
    const server = await raw(({ method }) => {
      if (method === 'tools/list') return { tools: [rawTool('get_channel_info', { destructiveHint: false })] };
      return INITIALIZED;
    });
    const gateway = cleanup(
      createMcpGateway({ servers: [configuredFixture({ kind: 'http', url: server.url, headers: {} })] }),
    );
    const signal = new AbortController().signal;
    const error = await failureOf(gateway.call('slack.channel_info', { channel: 'C' }, { signal }));
    expect(error.failure).to.equal('refused');
    expect(server.messages.map(({ method }) => method)).to.not.include('tools/call');
    expect(gateway.has('slack.post_message')).to.equal(false);
  });

  it('takes JSON in the text for data, and reports other text as a protocol failure', async () => {
    const tools = [rawTool('get_channel_info', { readOnlyHint: true }), rawTool('post_message')];
    const data = { id: 'C', name: 'n', isMember: true, isArchived: false };
    let text = JSON.stringify(data);
    const server = await raw(({ method }) => {
      if (method === 'tools/list') return { tools };
      return method === 'tools/call' ? { content: [{ type: 'text', text }] } : INITIALIZED;
    });
    const gateway = cleanup(
      createMcpGateway({ servers: [configuredFixture({ kind: 'http', url: server.url, headers: {} })] }),
    );
    const signal = new AbortController().signal;
    const read = () => gateway.call('slack.channel_info', { channel: 'C' }, { signal });
    expect((await read()).data).to.deep.equal(data);
    text = 'a table';
    expect(await failureOf(read())).to.include({ failure: 'protocol', ambiguous: false });
    const write = gateway.call('slack.post_message', { channel: 'C', text: 'x' }, { signal });
    expect(await failureOf(write)).to.include({ failure: 'protocol', ambiguous: true });
  });
});

/** An address where nobody listens any more. */
async function deadUrl(): Promise<string> {
  const server = await rawHttpServer(() => null);
  await server.close();
  return server.url;
}
