import { expect } from 'chai';
import type { FailureClass } from '../../../../src/shared/errors.ts';
import type { ConfiguredServer } from '../../../../src/shared/mcp/configured-server.ts';
import { createMcpGateway, type McpGatewayDeps } from '../../../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../../../src/shared/mcp/mcp-gateway.types.ts';
import { type Behaviour, controllableServer, pauseMs, replicasOf, soundAnswer } from './support/controllable-server.ts';
import { failureOf } from './support/waits.ts';

const READ = 'slack.channel_info';
const WRITE = 'slack.post_message';
/** Long enough for a busy machine; where the deadline itself is what ends the call, the short one. */
const DEADLINE_MS = 5000;
const SHORT_MS = 300;

type Row = {
  fault: string;
  behaviour: Behaviour;
  /** What a read gets, and what a write gets with whether it may have had its effect. */
  read: FailureClass;
  write: [FailureClass, ambiguous: boolean];
};

const failWith =
  (status: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
  (_message, { response }) => {
    response.writeHead(status, headers).end(body);
    return null;
  };

const errorWith =
  (code: number, text: string): Behaviour =>
  (message, { response }) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code, message: text } }));
    return null;
  };

/** For each fault: what the caller gets, within the deadline. */
const MATRIX: Row[] = [
  {
    fault: 'it crashes during the call',
    behaviour: (_message, { response }) => {
      response.destroy();
      return null;
    },
    read: 'connection',
    write: ['connection', true],
  },
  { fault: 'it hangs before anything is answered', behaviour: () => null, read: 'timeout', write: ['timeout', true] },
  {
    fault: 'it hangs in the middle of its answer',
    behaviour: (_message, { response }) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":"2.0",');
      return null;
    },
    read: 'timeout',
    write: ['timeout', true],
  },
  {
    fault: 'it trickles',
    behaviour: (_message, { response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(': still there\n\n'), 10);
      response.once('close', () => clearInterval(timer));
      return null;
    },
    read: 'timeout',
    write: ['timeout', true],
  },
  {
    fault: 'it answers garbage',
    behaviour: failWith(200, { 'content-type': 'application/json' }, '<html>502</html>'),
    read: 'protocol',
    write: ['protocol', true],
  },
  {
    fault: 'it answers another type of content',
    behaviour: failWith(200, { 'content-type': 'text/html' }, '<html></html>'),
    read: 'protocol',
    write: ['protocol', true],
  },
  {
    fault: 'its answer does not fit the capability',
    behaviour: () => ({ structuredContent: { nonsense: 1 }, content: [] }),
    read: 'protocol',
    write: ['protocol', true],
  },
  { fault: 'it refuses who asks', behaviour: failWith(401), read: 'auth', write: ['auth', false] },
  {
    fault: 'it limits the rate for longer than a call may wait',
    behaviour: failWith(429, { 'retry-after': '60' }),
    read: 'rate_limit',
    write: ['rate_limit', false],
  },
  { fault: 'it is overloaded', behaviour: failWith(503), read: 'overload', write: ['overload', true] },
  { fault: 'it has lost the session', behaviour: failWith(404), read: 'connection', write: ['connection', false] },
  ...[
    [-32600, 'Invalid Request: unknown session'],
    [-32001, 'Session not found'],
    [-32000, 'Bad Request: Server not initialized'],
  ].map(([code, message]) => ({
    fault: `it has lost the session and says so in a JSON-RPC error (${code})`,
    behaviour: errorWith(code as number, message as string),
    read: 'connection' as const,
    write: ['connection', false] as [FailureClass, boolean],
  })),
  {
    fault: 'it answers with an error of its own (-32000)',
    behaviour: errorWith(-32000, 'database is locked'),
    read: 'tool_error',
    write: ['tool_error', true],
  },
  {
    fault: 'the tool fails',
    behaviour: () => ({ isError: true, content: [{ type: 'text', text: 'disk full' }] }),
    read: 'tool_error',
    write: ['tool_error', false],
  },
];

describe('what a caller gets of a server that misbehaves', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const serve = async () => {
    const server = await controllableServer();
    cleanups.push(() => server.close());
    return server;
  };
  const gatewayOf = (server: ConfiguredServer, deps: Partial<McpGatewayDeps> = {}): ToolGateway => {
    const limits = { attempts: 2, retryBaseMs: 1, breakerFailures: 1000 };
    const deadlineMs = { [READ]: DEADLINE_MS, [WRITE]: DEADLINE_MS };
    const connection = { connectDeadlineMs: 5000, random: () => 0, ...deps.connection };
    const gateway = createMcpGateway({ servers: [server], limits, deadlineMs, ...deps, connection });
    cleanups.unshift(() => gateway.close());
    return gateway;
  };
  const signal = new AbortController().signal;
  const read = (gateway: ToolGateway) => gateway.call(READ, { channel: 'C1' }, { signal });
  const write = (gateway: ToolGateway) => gateway.call(WRITE, { channel: 'C1', text: 'x' }, { signal });
  const readWhenBack = async (gateway: ToolGateway) => {
    for (let tries = 0; tries < 50; tries++) {
      const answer = await read(gateway).catch(() => null);
      if (answer) return answer;
      await pauseMs(20);
    }
    return expect.fail('it did not come back');
  };
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  for (const { fault, behaviour, read: readFails, write: writeFails } of MATRIX) {
    it(`${fault}: the caller hears it in time, a write is sent once, and it is well again afterwards`, async () => {
      const server = await serve();
      const endsAt = readFails === 'timeout' ? SHORT_MS : DEADLINE_MS;
      const gateway = gatewayOf(replicasOf([server]), { deadlineMs: { [READ]: endsAt, [WRITE]: endsAt } });
      await readWhenBack(gateway);
      server.behave(behaviour);
      const started = performance.now();
      expect(await failureOf(read(gateway))).to.include({ failure: readFails, ambiguous: false });
      expect(performance.now() - started).to.be.below(2 * endsAt + 2000);
      const sent = server.calls('post_message');
      const error = await failureOf(write(gateway));
      expect(error).to.include({ failure: writeFails[0], ambiguous: writeFails[1] });
      expect(server.calls('post_message') - sent).to.equal(1);
      server.behave(soundAnswer);
      expect((await readWhenBack(gateway)).data.name).to.equal('alerts');
    }).timeout(20_000);
  }

  it('it hangs after the call took effect: the write is ambiguous and not repeated', async () => {
    const server = await serve();
    const gateway = gatewayOf(replicasOf([server]), { deadlineMs: { [WRITE]: SHORT_MS } });
    await read(gateway);
    const before = server.effects;
    server.behave(() => null);
    expect(await failureOf(write(gateway))).to.include({ failure: 'timeout', ambiguous: true });
    expect(server.effects - before).to.equal(1);
  });

  it('it is slow but in time: the answer counts', async () => {
    const server = await serve();
    server.behave(async (message) => {
      await pauseMs(60);
      return soundAnswer(message);
    });
    expect((await read(gatewayOf(replicasOf([server])))).data.name).to.equal('alerts');
  });

  it('it loses the connection with many calls under way: that is one failure, and every read is answered', async () => {
    const server = await serve();
    const gateway = gatewayOf(replicasOf([server]), { limits: { retryBaseMs: 1, concurrency: 20 } });
    await read(gateway);
    const waiting: { destroy(): void }[] = [];
    server.behave((_message, { response }) => {
      waiting.push(response);
      if (waiting.length < 20) return null;
      server.behave(soundAnswer);
      for (const one of waiting) one.destroy();
      return null;
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(gateway)));
    expect(answers.map(({ data }) => data.name)).to.deep.equal(Array(20).fill('alerts'));
    expect(gateway.status()[0]!.breaker).to.equal('closed');
  });

  it('it limits the rate for a moment: a read waits as long as it is told, a write is not repeated', async () => {
    const server = await serve();
    const gateway = gatewayOf(replicasOf([server]));
    await read(gateway);
    const limitOnce: Behaviour = (_message, { response }) => {
      server.behave(soundAnswer);
      response.writeHead(429, { 'retry-after': '1' }).end();
      return null;
    };
    server.behave(limitOnce);
    const before = server.calls('get_channel_info');
    expect((await read(gateway)).data.name).to.equal('alerts');
    expect(server.calls('get_channel_info') - before).to.equal(2);
    server.behave(limitOnce);
    expect(await failureOf(write(gateway))).to.include({ failure: 'rate_limit', ambiguous: false, retryAfterMs: 1000 });
    expect(server.calls('post_message')).to.equal(1);
  });

  it('its answer is huge: head, tail and digest are left of the text', async () => {
    const server = await serve();
    const text = `begin ${'x'.repeat(3_000_000)} end`;
    server.behave((message) => ({ ...soundAnswer(message), content: [{ type: 'text', text }] }));
    const gateway = gatewayOf(replicasOf([server], { maxResultChars: 2_000 }), { deadlineMs: { [READ]: 5000 } });
    const answer = await read(gateway);
    expect(answer.text.length).to.be.below(2_300);
    expect(answer.text).to.match(
      /^begin x+\n\[\.\.\. 2998\d{3} characters left out; sha256 of all \d+: [0-9a-f]{64} \.\.\.\]\nx+ end$/,
    );
  });

  it('its answer never ends: it is cut off at a bound, and the process lives', async () => {
    const server = await serve();
    server.behave((_message, { response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
      return null;
    });
    const gateway = gatewayOf(replicasOf([server]), { deadlineMs: { [READ]: 20_000 } });
    const error = await failureOf(read(gateway));
    expect(error.failure).to.equal('protocol');
    expect(error.message).to.include('larger than 64 MiB');
  }).timeout(30_000);

  it('it speaks only a newer protocol: the message says so, in clear words', async () => {
    const server = await serve();
    server.handle((message, { response }) => {
      const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: ['2026-07-28'] } };
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
      return null;
    });
    const target = { ...server.target, protocol: 'legacy' } as ConfiguredServer['target'];
    const error = await failureOf(read(gatewayOf({ ...replicasOf([server]), target })));
    expect(error.failure).to.equal('protocol');
    expect(error.message).to.include('newer MCP protocol (it names 2026-07-28)');
  });

  it('it takes back what it said of a tool: the next call is refused without being sent', async () => {
    const server = await serve();
    const gateway = gatewayOf(replicasOf([server]), { connection: { toolsTtlMs: 0 } });
    await read(gateway);
    const before = server.calls('get_channel_info');
    server.tools = server.tools.map(({ annotations: _, ...tool }) => tool);
    expect((await failureOf(read(gateway))).failure).to.equal('refused');
    expect(server.calls('get_channel_info')).to.equal(before);
  });

  it('it drops a tool: another server of the same capability answers', async () => {
    const [server, other] = [await serve(), await serve()];
    const servers = [replicasOf([server]), { ...replicasOf([other]), name: 'other' }];
    const gateway = gatewayOf(servers[0]!, { servers, connection: { toolsTtlMs: 0 } });
    expect((await read(gateway)).server).to.equal('fixture');
    server.tools = [];
    expect((await read(gateway)).server).to.equal('other');
  });

  it('two servers name their tools alike: both are on offer, each under an alias of its own that leads back to it', async () => {
    const [one, two] = [await serve(), await serve()];
    two.behave((message) => ({ ...soundAnswer(message), content: [{ type: 'text', text: 'from two' }] }));
    const tools = { allow: ['get_*'], readOnly: [] };
    const servers = [
      { ...replicasOf([one]), name: 'a.b', tools },
      { ...replicasOf([two]), name: 'a_b', tools },
    ];
    const gateway = gatewayOf(servers[0]!, { servers });
    const offered = await gateway.tools(signal);
    expect(new Set(offered.map(({ alias }) => alias)).size).to.equal(2);
    for (const { alias } of offered) expect(alias).to.match(/^[A-Za-z0-9_-]{1,64}$/);
    const ofTwo = offered.find(({ server }) => server === 'a_b')!;
    const answer = await gateway.callTool(ofTwo.alias, {}, { signal, incidentId: 'i' });
    expect(answer).to.include({ server: 'a_b', tool: 'get_channel_info', text: 'from two' });
  });

  it('names of a server and its tool run into those of another: each tool has an alias of its own', async () => {
    const servers = await Promise.all(
      [
        ['a', 'b__c'],
        ['a__b', 'c'],
      ].map(async ([name, tool]) => {
        const server = await serve();
        server.tools = [{ ...server.tools[0]!, name: tool }];
        server.behave(() => ({ content: [{ type: 'text', text: `from ${name}` }] }));
        return { ...replicasOf([server]), name: name!, tools: { allow: ['*'], readOnly: [] } };
      }),
    );
    const gateway = gatewayOf(servers[0]!, { servers });
    const offered = await gateway.tools(signal);
    expect(new Set(offered.map(({ alias }) => alias)).size).to.equal(2);
    for (const { alias, server } of offered)
      expect((await gateway.callTool(alias, {}, { signal })).text).to.equal(`from ${server}`);
  });

  it('it lists a tool twice, once as reading and once not: it is offered to nobody', async () => {
    const server = await serve();
    server.tools = [server.tools[0]!, { ...server.tools[0]!, annotations: {} }, server.tools[1]!];
    const gateway = gatewayOf({ ...replicasOf([server]), tools: { allow: ['*'], readOnly: [] } });
    expect(await gateway.tools(signal)).to.deep.equal([]);
    expect((await failureOf(read(gateway))).failure).to.equal('refused');
  });
});
