import { request } from 'node:http';
import { Client as NewerClient, StreamableHTTPClientTransport as NewerTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { expect } from 'chai';
import { type HttpHost, type HttpHostOptions, serveHttp } from '../../../../../src/shared/mcp/sdk/serve-http.ts';
import { fixtureServer } from '../support/fixture-server.ts';

const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('serving an MCP server over HTTP', () => {
  const open: HttpHost[] = [];
  const serve = async (options?: HttpHostOptions) => {
    const host = await serveHttp(fixtureServer(), options);
    open.push(host);
    return host;
  };
  const post = (url: string, init: RequestInit = {}) =>
    fetch(url, { method: 'POST', headers: HEADERS, body: PING, ...init });
  afterEach(() => Promise.all(open.splice(0).map((host) => host.close())));

  it('answers a request without any session', async () => {
    const response = await post((await serve()).url);
    expect(response.headers.get('mcp-session-id')).to.equal(null);
    expect(await response.json()).to.deep.equal({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('wants the bearer token for everything but its health', async () => {
    const { url } = await serve({ token: 'secret' });
    expect((await post(url)).status).to.equal(401);
    expect((await post(url, { headers: { ...HEADERS, authorization: 'Bearer secre' } })).status).to.equal(401);
    expect((await post(url, { headers: { ...HEADERS, authorization: 'Bearer secret' } })).status).to.equal(200);
    const health = await fetch(new URL('/healthz', url));
    expect(await health.json()).to.deep.equal({ status: 'ok', server: 'fixture', version: '1.0.0' });
  });

  it('serves nothing but POST', async () => {
    const { url } = await serve();
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await fetch(url, { method });
      expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
    }
    expect((await fetch(new URL('/other', url))).status).to.equal(404);
  });

  it('refuses bodies that are too large or no JSON, and lives on', async () => {
    const { url } = await serve({ bodyLimitBytes: 100 });
    expect((await post(url, { body: JSON.stringify('x'.repeat(200)) })).status).to.equal(413);
    const broken = await post(url, { body: '{' });
    expect(broken.status).to.equal(400);
    expect(await broken.json()).to.have.nested.property('error.code', -32700);
    expect((await post(url)).status).to.equal(200);
  });

  it('refuses a foreign host name on a loopback address (DNS rebinding)', async () => {
    const { port } = new URL((await serve()).url);
    const status = await new Promise((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        path: '/mcp',
        method: 'POST',
        headers: { ...HEADERS, host: 'evil.example' },
      };
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(PING);
    });
    expect(status).to.equal(403);
  });

  it('refuses pages of other origins, tells no browser that it may, and takes no form for a call', async () => {
    const { url } = await serve();
    const page = (origin: string, init: RequestInit = {}) => post(url, { headers: { ...HEADERS, origin }, ...init });
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:1',
      `http://localhost:${new URL(url).port}`,
    ]) {
      const refused = await page(origin);
      expect(refused.status, origin).to.equal(403);
      expect(await refused.json())
        .to.have.nested.property('error.message')
        .that.matches(/another origin/);
    }
    const preflight = await page('https://evil.example', { method: 'OPTIONS', body: undefined });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.deep.equal([403, null]);
    const own = await page(new URL(url).origin);
    expect([own.status, own.headers.get('access-control-allow-origin')]).to.deep.equal([200, null]);
    // A form may be sent from anywhere without a preflight.
    expect((await post(url, { headers: { ...HEADERS, 'content-type': 'text/plain' } })).status).to.equal(415);
  });

  it('answers in the form of JSON-RPC whatever it refuses, and never with its token', async () => {
    const { url } = await serve({ token: 'a-secret-token', bodyLimitBytes: 100 });
    const authorized = { ...HEADERS, authorization: 'bearer a-secret-token' };
    const answers = [
      await post(url),
      await post(url, { headers: { ...HEADERS, authorization: 'Basic YTpi' } }),
      await post(url, { headers: authorized, body: '{' }),
      await post(url, { headers: authorized, body: JSON.stringify('x'.repeat(200)) }),
      await fetch(url, { headers: authorized }),
      await fetch(new URL('/other', url), { headers: authorized }),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([401, 401, 400, 413, 405, 404]);
    for (const answer of answers) {
      const text = await answer.text();
      expect(text).not.to.include('a-secret-token');
      expect(JSON.parse(text)).to.deep.include({ jsonrpc: '2.0', id: null });
    }
  });

  it('turns the SDK clients of both generations away without the token, and serves them with it', async () => {
    const { url } = await serve({ token: 'secret' });
    const requestInit = { headers: { authorization: 'Bearer secret' } };
    for (const withToken of [true, false]) {
      const options = withToken ? { requestInit } : {};
      const older = new Client({ name: 'stock', version: '1' });
      const newer = new NewerClient({ name: 'stock', version: '2' });
      const tools = [
        older.connect(new OlderTransport(new URL(url), options) as Transport).then(() => older.listTools()),
        newer.connect(new NewerTransport(new URL(url), options)).then(() => newer.listTools()),
      ];
      const settled = await Promise.allSettled<{ tools: unknown[] }>(tools);
      expect(settled.map(({ status }) => status)).to.deep.equal(Array(2).fill(withToken ? 'fulfilled' : 'rejected'));
      await Promise.all([older.close(), newer.close()]);
    }
  });

  it('does not serve beyond loopback without a token', async () => {
    for (const options of [{ host: '0.0.0.0' }, { host: '::' }, { host: '0.0.0.0', token: '' }]) {
      const refused = await serveHttp(fixtureServer(), options).catch((error) => error);
      expect(refused).to.include({ code: 'config_invalid' });
    }
  });
});
