import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { postAlert } from '../../../../../scripts/drills/harness/post-alert.ts';

describe('the sender of the drills', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts/generic`;
  }

  it('calls a 2xx acknowledged, with its body', async () => {
    const url = await serve((_request, response) => response.writeHead(202).end('{"alerts":[]}'));
    expect(await postAlert(url, {}, '{}', 1_000)).to.include({
      outcome: 'acknowledged',
      status: 202,
      body: '{"alerts":[]}',
    });
  });

  it('calls any other status failed', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end());
    expect(await postAlert(url, {}, '{}', 1_000)).to.include({ outcome: 'failed', status: 503, why: 'status 503' });
  });

  it('calls a refused connection failed: nothing can have been stored', async () => {
    const url = await serve(() => undefined);
    servers[0]!.close();
    await once(servers[0]!, 'close');
    expect(await postAlert(url, {}, '{}', 1_000)).to.include({ outcome: 'failed', why: 'ECONNREFUSED' });
  });

  it('calls a connection that breaks after the request unknown', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await postAlert(url, {}, '{}', 1_000)).to.include({ outcome: 'unknown', status: null });
  });

  it('calls a broken answer unknown, though its status came', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(202, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    expect((await postAlert(url, {}, '{}', 1_000)).outcome).to.equal('unknown');
  });

  it('calls an answer that does not come in time unknown', async () => {
    const url = await serve(() => undefined);
    expect((await postAlert(url, {}, '{}', 50)).outcome).to.equal('unknown');
  });
});
