import { request } from 'node:http';
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

  it('does not serve beyond loopback without a token', async () => {
    const refused = await serveHttp(fixtureServer(), { host: '0.0.0.0' }).catch((error) => error);
    expect(refused).to.include({ code: 'config_invalid' });
  });
});
