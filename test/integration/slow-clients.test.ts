import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createProducerApp } from '../../src/producer/app.ts';
import { loadPolicies } from '../../src/producer/intake-policies/load-policies.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { type ClientTimeouts, listen } from '../../src/shared/http/listen.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { serveHttp } from '../../src/shared/mcp/sdk/serve-http.ts';
import { quickBackend } from '../support/backends.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { fixtureServer } from '../unit/shared/mcp/support/fixture-server.ts';

/** Each is ended by one of these alone: the others are far away. */
const FAR: ClientTimeouts = { headersMs: 60_000, requestMs: 60_000, answerMs: 60_000, idleMs: 60_000, checkMs: 20 };
const SHORT_MS = 200;
const TOKEN = 'webhook';

type Served = { port: number; path: string; headers: string; body: string; close(): Promise<void> };

let test: TestStore;
async function serveProducer(timeouts: Partial<ClientTimeouts>): Promise<Served> {
  const gateway = createMcpGateway({ servers: [] });
  const app = createProducerApp({
    ...test,
    gateway,
    config: {
      ...test.config,
      ...loadConfig({ WEBHOOK_TOKEN: TOKEN, ADMIN_TOKEN: 'admin', DATA_DIR: test.config.dataDir }),
    },
    agents: loadAgents(),
    policies: loadPolicies(null),
    enqueue: { later: () => {}, now: async () => {}, settled: async () => {}, leftSome: () => false },
    ownSlack: () => null,
  });
  const { port, close } = await listen(app, 0, '127.0.0.1', timeouts);
  return {
    ...{ port, path: '/alerts/generic', headers: `authorization: Bearer ${TOKEN}\r\n` },
    body: JSON.stringify({ title: 'x', service: 'user-service', severity: 'critical' }),
    close: () => close(100),
  };
}

async function serveMcp(timeouts: Partial<ClientTimeouts>): Promise<Served> {
  // Far more than the buffers of two sockets hold.
  const definition = fixtureServer({ read: async () => 'x'.repeat(32 * 1024 * 1024) });
  const { url, close } = await serveHttp(definition, { timeouts });
  const params = { name: 'get_channel_info', arguments: { channel: 'C1' } };
  return {
    ...{ port: Number(new URL(url).port), path: '/mcp', close },
    headers: 'accept: application/json, text/event-stream\r\n',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}

describe('slow clients', () => {
  before(async () => {
    test = await openTestStore(quickBackend());
  });
  after(() => test.close());

  for (const [what, serve] of [
    ["the producer's webhooks", serveProducer],
    ['our MCP servers over HTTP', serveMcp],
  ] as const) {
    describe(`of ${what}`, () => {
      const cleanups: (() => Promise<void> | void)[] = [];
      afterEach(async () => {
        for (const cleanup of cleanups.splice(0)) await cleanup();
      });

      async function client(timeouts: Partial<ClientTimeouts>) {
        const served = await serve({ ...FAR, ...timeouts });
        const socket = connect({ port: served.port, host: '127.0.0.1' }).on('error', () => {});
        cleanups.unshift(() => served.close());
        cleanups.unshift(() => void socket.destroy());
        const { path, headers, body } = served;
        const start = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}`;
        return { socket, start, body, whole: `${start}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}` };
      }

      it('that say nothing, or their headers piece by piece, are cut', async () => {
        const silent = await client({ headersMs: SHORT_MS });
        await closedWhile(silent.socket, () => {});
        const { socket, start } = await client({ headersMs: SHORT_MS });
        socket.write(start);
        expect(await closedWhile(socket, () => socket.write('x-more: 1\r\n'))).to.match(/^HTTP\/1.1 408/);
      });

      it('that send their body byte by byte are cut', async () => {
        const { socket, start } = await client({ headersMs: SHORT_MS, requestMs: SHORT_MS });
        socket.write(`${start}content-length: 1000\r\n\r\n{`);
        expect(await closedWhile(socket, () => socket.write(' '))).to.match(/^HTTP\/1.1 408/);
      });

      it('that stay connected without asking more are cut', async () => {
        const { socket, whole } = await client({ idleMs: 1 });
        socket.write(whole);
        expect(await closedWhile(socket, () => {})).to.match(/^HTTP\/1.1 20[02]/);
      });

      it('are told that their connection is kept longer than any balancer keeps it', async () => {
        const served = await serve({});
        cleanups.unshift(() => served.close());
        const response = await fetch(`http://127.0.0.1:${served.port}/`, { headers: { connection: 'keep-alive' } });
        await response.text();
        expect(Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1])).to.be.above(600);
      });
    });
  }

  describe('that never read their answer', () => {
    it('are cut, and what they were to read is let go', async () => {
      const { port, path, headers, body, close } = await serveMcp({ ...FAR, answerMs: 500 });
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      try {
        const request = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}`;
        socket.pause();
        socket.write(`${request}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
        // Nothing is read, so that only a write can tell that the other side is gone.
        const timer = setInterval(() => socket.write('x'), 20);
        await new Promise((resolve) => socket.once('close', resolve)).finally(() => clearInterval(timer));
      } finally {
        socket.destroy();
        await close();
      }
    });
  });
});

/** What the server has said when it has closed the connection; `meanwhile` is done again and again until then. */
async function closedWhile(socket: Socket, meanwhile: () => void): Promise<string> {
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('latin1')).slice(0, 1000);
  });
  const timer = setInterval(meanwhile, 20);
  await new Promise((resolve) => socket.once('close', resolve)).finally(() => clearInterval(timer));
  return said;
}
