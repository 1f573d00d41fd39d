import { expect } from 'chai';
import type { ConfiguredServer } from '../../../../src/shared/mcp/configured-server.ts';
import { createMcpGateway, type McpGatewayDeps } from '../../../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../../../src/shared/mcp/mcp-gateway.types.ts';
import {
  type ControllableServer,
  controllableServer,
  pauseMs,
  replicasOf,
  soundAnswer,
} from './support/controllable-server.ts';
import { INITIALIZED } from './support/raw-http-server.ts';
import { failureOf } from './support/waits.ts';

const READ = 'slack.channel_info';
const WRITE = 'slack.post_message';

describe('what changes while a call is under way', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const signal = new AbortController().signal;
  const serve = async () => {
    const server = await controllableServer();
    cleanups.push(() => server.close());
    return server;
  };
  const gatewayOf = (servers: ConfiguredServer[], deps: Partial<McpGatewayDeps> = {}): ToolGateway => {
    const gateway = createMcpGateway({ limits: { attempts: 1 }, ...deps, servers });
    cleanups.unshift(() => gateway.close());
    return gateway;
  };
  const named = (name: string, server: ControllableServer, policy: ConfiguredServer['policy'] = {}) => ({
    ...replicasOf([server], policy),
    name,
  });
  const read = (gateway: ToolGateway) => gateway.call(READ, { channel: 'C1' }, { signal });
  const write = (gateway: ToolGateway) => gateway.call(WRITE, { channel: 'C1', text: 'x' }, { signal });
  /** Holds the listing of its tools back; `reached` tells that somebody asks for it. */
  const holdListing = (server: ControllableServer) => {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    server.handle(async ({ method }) => {
      if (method !== 'tools/list') return method === 'initialize' ? INITIALIZED : {};
      reached.resolve();
      await released.promise;
      return { tools: server.tools };
    });
    return { reached: reached.promise, release: released.resolve };
  };
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('the servers: where the first fails, the call goes to one that is configured by now', async () => {
    const [first, old, fresh] = [await serve(), await serve(), await serve()];
    const gateway = gatewayOf([named('first', first), named('old', old)]);
    await read(gateway);
    const reached = Promise.withResolvers<void>();
    first.behave((_message, { response }) => {
      reached.promise.then(() => response.destroy());
      gateway.replaceServers([named('first', first), named('fresh', fresh)]);
      setTimeout(reached.resolve, 50);
      return null;
    });
    expect((await read(gateway)).server).to.equal('fresh');
    expect(old.calls('get_channel_info')).to.equal(0);
  });

  it('the servers: the tools of one that is replaced are listed to the end', async () => {
    const server = await serve();
    const offering = { ...named('one', server), tools: { allow: ['get_*'], readOnly: [] } };
    const gateway = gatewayOf([offering]);
    const { reached, release } = holdListing(server);
    const listing = gateway.tools(signal);
    await reached;
    gateway.replaceServers([{ ...offering, cost: 2 }]);
    // Long enough for one that is closed at once.
    await pauseMs(100);
    release();
    expect((await listing).map(({ tool }) => tool)).to.deep.equal(['get_channel_info']);
  });

  it('the channel: a write that failed may have had its effect, so that nothing older is told afterwards', async () => {
    const server = await serve();
    const gateway = gatewayOf([named('one', server, { cacheTtlMs: 60_000 })], { deadlineMs: { [WRITE]: 200 } });
    await read(gateway);
    await read(gateway);
    expect(server.calls('get_channel_info')).to.equal(1);
    server.behave((message) => (message.params?.name === 'post_message' ? null : soundAnswer(message)));
    expect(await failureOf(write(gateway))).to.include({ failure: 'timeout', ambiguous: true });
    await read(gateway);
    expect(server.calls('get_channel_info')).to.equal(2);
  });

  it('nothing for the LLM: what is kept for a capability is not its for the asking', async () => {
    const server = await serve();
    const gateway = gatewayOf([named('one', server, { cacheTtlMs: 60_000 })]);
    await read(gateway);
    const name = { server: 'one', tool: 'get_channel_info' };
    const asked = gateway.callTool(name, { channel: 'C1' }, { signal });
    expect((await failureOf(asked)).failure).to.equal('refused');
  });

  it('the addresses: a lookup that hangs ends with the call, by its deadline or its caller', async () => {
    const discover = { dns: 'mcp.test', port: 80, path: '/mcp', scheme: 'http', everyMs: 60_000 } as const;
    const never = () => new Promise<never>(() => {});
    const lookup = { dns: { resolve4: never, resolve6: never, resolveSrv: never } };
    const configured = { ...named('found', await serve()), discover };
    const gateway = gatewayOf([configured], { lookup, deadlineMs: { [READ]: 50 } });
    const started = performance.now();
    expect((await failureOf(read(gateway))).failure).to.equal('timeout');
    const given = gateway.call(READ, { channel: 'C1' }, { signal: AbortSignal.timeout(10) });
    expect((await failureOf(given)).failure).to.equal('aborted');
    expect(performance.now() - started).to.be.below(4000);
  });

  it('the thread that is read back before posting again: it is asked anew, whatever the policy says of keeping', async () => {
    const server = await serve();
    server.tools.push({ ...server.tools[0]!, name: 'get_thread_info' });
    let told = 0;
    server.behave(() => {
      told += 1;
      return { structuredContent: { messages: [], hasMore: false }, content: [{ type: 'text', text: `${told}` }] };
    });
    const configured = {
      ...named('one', server, { cacheTtlMs: 60_000 }),
      capabilities: { 'slack.thread_info': 'get_thread_info' },
    };
    const gateway = gatewayOf([configured]);
    const ask = () => gateway.call('slack.thread_info', { channel: 'C1', threadTs: '1.0' }, { signal });
    await ask().catch(() => {});
    await ask().catch(() => {});
    expect(told).to.equal(2);
  });

  it('nothing by whoever observes it: a fault there fails no call', async () => {
    const observeEndpoint = () => {
      throw new Error('no more labels');
    };
    const gateway = gatewayOf([named('one', await serve())], { observeEndpoint });
    expect((await write(gateway)).data.ts).to.equal('1.0');
    expect(gateway.status()[0]!.endpoints[0]).to.include({ inFlight: 0, calls: 1 });
  });

  it('the endpoints: one that is gone but still busy is closed with the gateway', async () => {
    const [busy, other] = [await serve(), await serve()];
    const addresses = [new URL(busy.url).port];
    const lookup = { listKubernetes: async () => addresses.map((port) => `127.0.0.1:${port}`) };
    const kubernetes = { namespace: 'tools', service: 'mcp' };
    const discover = { kubernetes, path: '/mcp', scheme: 'http' as const, everyMs: 20 };
    const gateway = gatewayOf([{ ...named('found', busy), discover }], { lookup });
    await read(gateway);
    const reached = Promise.withResolvers<void>();
    busy.behave(() => {
      reached.resolve();
      return null;
    });
    const running = failureOf(write(gateway));
    await reached.promise;
    addresses[0] = new URL(other.url).port;
    while (gateway.status()[0]!.endpoints[0]!.endpoint !== `127.0.0.1:${other.port}`) await pauseMs(5);
    await gateway.close();
    expect((await running).ambiguous).to.equal(true);
  });
});
