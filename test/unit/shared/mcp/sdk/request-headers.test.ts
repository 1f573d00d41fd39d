import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRequestHeaders } from '../../../../../src/shared/mcp/sdk/request-headers.ts';
import { SdkConnection } from '../../../../../src/shared/mcp/sdk/sdk-connection.ts';
import type { ServerTarget } from '../../../../../src/shared/mcp/server-target.ts';
import { type ControllableServer, controllableServer, soundAnswer } from '../support/controllable-server.ts';
import { INITIALIZED } from '../support/raw-http-server.ts';
import { failureOf, waiting } from '../support/waits.ts';

describe('who asks a remote server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-auth-'));
  const secret = join(folder, 'secret');
  const cleanups: (() => Promise<void>)[] = [];
  const connect = (target: Partial<Extract<ServerTarget, { kind: 'http' }>>, { url }: { url: string }) => {
    const connection = new SdkConnection('remote', { kind: 'http', url, headers: {}, ...target });
    cleanups.unshift(() => connection.close());
    return connection;
  };
  /** A server that accepts one bearer token at a time. */
  const guarded = async (accepted: { token: string; refused: number }): Promise<ControllableServer> => {
    const server = await controllableServer();
    cleanups.push(() => server.close());
    server.handle((message, { response }) => {
      if (response.req.headers.authorization !== `Bearer ${accepted.token}`) {
        accepted.refused += 1;
        response.writeHead(401).end();
        return null;
      }
      if (message.method === 'initialize') return INITIALIZED;
      return message.method === 'tools/call' ? soundAnswer(message) : { tools: server.tools };
    });
    return server;
  };
  const serve = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = createServer(handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  };
  const call = (connection: SdkConnection) => connection.callTool('get_channel_info', { channel: 'C' }, waiting());
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is told by a token out of a file, which may be rotated without a restart', async () => {
    const accepted = { token: 'first', refused: 0 };
    const server = await guarded(accepted);
    writeFileSync(secret, 'first\n');
    const bearer = connect({ auth: { type: 'bearer', tokenFile: secret } }, server);
    const header = connect({ headers: { Authorization: `Bearer $\{file:${secret}}` } }, server);
    for (const connection of [bearer, header]) expect((await call(connection)).isError).to.equal(false);
    accepted.token = 'second';
    writeFileSync(secret, 'second\n');
    for (const connection of [bearer, header]) expect((await call(connection)).isError).to.equal(false);
    writeFileSync(secret, 'wrong\n');
    expect((await failureOf(call(bearer))).failure).to.equal('auth');
  });

  it('is told by a token of the client credentials grant: fetched once, and again when it is refused', async () => {
    const accepted = { token: 't1', refused: 0 };
    const server = await guarded(accepted);
    const asked: string[] = [];
    const tokenUrl = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push(`${request.headers.authorization} ${body}`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: accepted.token, expires_in: 3600 }));
    });
    const auth = { type: 'client_credentials', tokenUrl, clientId: 'id', clientSecret: 's', scope: 'mcp' } as const;
    const connection = connect({ auth }, server);
    await Promise.all([call(connection), call(connection)]);
    await call(connection);
    const basic = Buffer.from('id:s').toString('base64');
    expect(asked).to.deep.equal([`Basic ${basic} grant_type=client_credentials&scope=mcp`]);
    accepted.token = 't2';
    expect((await call(connection)).isError).to.equal(false);
    expect([asked.length, accepted.refused]).to.deep.equal([2, 1]);
  });

  it('says who gives no token, and never what the secret was', async () => {
    const server = await guarded({ token: 'x', refused: 0 });
    const tokenUrl = await serve(
      (_request, response) => void response.writeHead(400).end('{"error":"invalid_client"}'),
    );
    const auth = { type: 'client_credentials', tokenUrl, clientId: 'id', clientSecret: 'hush-hush' } as const;
    const error = await failureOf(call(connect({ auth }, server)));
    expect(error.failure).to.equal('auth');
    expect(error.message).to.include('HTTP 400 {"error":"invalid_client"}').and.not.include('hush-hush');
  });

  /** The failure of a call whose token endpoint answers like this. */
  const failureBy = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = await guarded({ token: 't', refused: 0 });
    const auth = {
      type: 'client_credentials',
      tokenUrl: await serve(handle),
      clientId: 'id',
      clientSecret: 's',
    } as const;
    return await failureOf(call(connect({ auth }, server)));
  };

  it('is no refusal where the identity provider is away for a moment', async () => {
    expect(await failureBy((_request, response) => void response.writeHead(503).end())).to.include({
      ...{ failure: 'overload', retryable: true },
    });
    expect(await failureBy((request) => void request.socket.destroy())).to.include({ failure: 'connection' });
    const limited = await failureBy((_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end());
    expect(limited.failure).to.equal('rate_limit');
  });

  for (const [what, body] of [
    ['garbage', '<html>'],
    ['no token', '{"expires_in":5}'],
    ['another type of token', '{"access_token":7}'],
    ['nothing', ''],
  ] as const) {
    it(`is refused in clear words where the identity provider answers ${what}`, async () => {
      const error = await failureBy((_request, response) => void response.end(body));
      expect(error.failure).to.equal('auth');
      expect(error.message).to.include('no JSON with an access_token');
    });
  }

  it('is given up where the identity provider answers without end, or never', async () => {
    const error = await failureBy((_request, response) => {
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    expect(error.message).to.include('larger than 1 MiB');
    const server = await guarded({ token: 't', refused: 0 });
    const auth = {
      type: 'client_credentials',
      tokenUrl: await serve(() => {}),
      clientId: 'id',
      clientSecret: 's',
    } as const;
    const connection = connect({ auth }, server);
    const hung = connection.callTool('get_channel_info', { channel: 'C' }, waiting(100));
    expect((await failureOf(hung)).failure).to.equal('timeout');
  }).timeout(10_000);

  for (const [expiresIn, tokens] of [
    [0, 2],
    [-5, 2],
    ['0', 2],
    ['3600', 1],
    [20, 1],
    ['soon', 1],
    [null, 1],
    [1e300, 1],
  ] as const) {
    it(`keeps a token whose expires_in is ${JSON.stringify(expiresIn)} for ${tokens === 1 ? 'both calls' : 'one call'}`, async () => {
      let asked = 0;
      const tokenUrl = await serve((_request, response) => {
        asked += 1;
        response.end(JSON.stringify({ access_token: 't', expires_in: expiresIn }));
      });
      const auth = { type: 'client_credentials', tokenUrl, clientId: 'id', clientSecret: 's' } as const;
      const headers = createRequestHeaders({ kind: 'http', url: tokenUrl, headers: {}, auth });
      for (let turn = 0; turn < 2; turn++) expect(await headers.current()).to.include({ authorization: 'Bearer t' });
      expect(asked).to.equal(tokens);
    });
  }

  it('keeps the token that was fetched while an older one was refused', async () => {
    let asked = 0;
    const tokenUrl = await serve((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ access_token: `t${asked}` }));
    });
    const auth = { type: 'client_credentials', tokenUrl, clientId: 'id', clientSecret: 's' } as const;
    const headers = createRequestHeaders({ kind: 'http', url: tokenUrl, headers: {}, auth });
    const old = await headers.current();
    for (let refused = 0; refused < 5; refused++) {
      expect(headers.renew(old)).to.equal(true);
      await headers.current();
    }
    expect(asked).to.equal(2);
  });

  it('is told which header cannot be sent or read, and never what stands in it', async () => {
    const server = await guarded({ token: 'x', refused: 0 });
    writeFileSync(secret, 'hush\nhush');
    for (const target of [
      { auth: { type: 'bearer', tokenFile: secret } as const },
      { headers: { 'X-Key': `$\{file:${secret}}` } },
    ]) {
      const error = await failureOf(call(connect(target, server)));
      expect(error.failure).to.equal('auth');
      expect(error.message)
        .to.match(/header (?:authorization|X-Key) holds a line break/)
        .and.not.include('hush');
    }
    const gone = await failureOf(call(connect({ headers: { 'X-Key': `$\{file:${secret}.gone}` } }, server)));
    expect(gone.failure).to.equal('auth');
    expect(gone.message).to.include(`${secret}.gone cannot be read`);
  });
});
