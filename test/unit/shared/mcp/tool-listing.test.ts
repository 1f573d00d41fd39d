import { expect } from 'chai';
import { GatewayServer } from '../../../../src/shared/mcp/gateway-server.ts';
import type { McpConnection, McpTool } from '../../../../src/shared/mcp/mcp-connection.ts';
import { createMcpGateway } from '../../../../src/shared/mcp/mcp-gateway.ts';
import { LOOK_AGAIN_MS } from '../../../../src/shared/mcp/relisting.ts';
import type { ServerTarget } from '../../../../src/shared/mcp/server-target.ts';
import { ToolListing } from '../../../../src/shared/mcp/tool-listing.ts';
import { controllableServer, pauseMs, replicasOf } from './support/controllable-server.ts';
import { FIXTURE_CAPABILITIES } from './support/fixture-server.ts';
import { failureOf } from './support/waits.ts';

const TOOL: McpTool = { name: 'get_channel_info', description: '', inputSchema: {}, readOnlyHint: true };

describe('listing the tools of a server', () => {
  function listing(answer: () => Promise<McpTool[]>, now = () => 0) {
    let asked = 0;
    const ask = () => {
      asked += 1;
      return answer();
    };
    const deps = { now, ttlMs: 60_000, ask };
    return { listing: new ToolListing(deps), asked: () => asked };
  }

  it('asks once for all who need the list at the same time', async () => {
    const { listing: one, asked } = listing(async () => [TOOL]);
    const lists = await Promise.all(Array.from({ length: 50 }, () => one.kept() ?? one.ask()));
    expect(asked()).to.equal(1);
    expect(lists[49]).to.deep.equal([TOOL]);
    expect(one.kept()).to.deep.equal([TOOL]);
  });

  it('has one listing under way and one behind it, however often other tools are announced', async () => {
    const pending: ((tools: McpTool[]) => void)[] = [];
    const { listing: one, asked } = listing(() => new Promise((resolve) => pending.push(resolve)));
    const first = one.ask();
    const later = Array.from({ length: 100 }, () => {
      one.changed();
      return one.ask();
    });
    expect(asked()).to.equal(1);
    pending[0]!([]);
    expect(await first).to.deep.equal([]);
    expect(one.kept()).to.equal(null);
    await pauseMs(0);
    expect(asked()).to.equal(2);
    pending[1]!([TOOL]);
    for (const list of await Promise.all(later)) expect(list).to.deep.equal([TOOL]);
    expect(one.kept()).to.deep.equal([TOOL]);
  });

  it('hands on a failure to those who waited for it, and asks again for the next', async () => {
    let fails = true;
    const { listing: one } = listing(async () => {
      if (fails) throw new Error('down');
      return [TOOL];
    });
    for (const asked of [one.ask(), one.ask()]) expect(await asked.catch(({ message }) => message)).to.equal('down');
    fails = false;
    expect(await one.ask()).to.deep.equal([TOOL]);
  });

  it('believes an empty list for a moment only', async () => {
    let now = 0;
    const { listing: one } = listing(
      async () => [],
      () => now,
    );
    await one.ask();
    now = 4_000;
    expect(one.kept()).to.deep.equal([]);
    now = 6_000;
    expect(one.kept()).to.equal(null);
  });

  it('of a server that announces others a thousand times in a row happens once', async () => {
    let asked = 0;
    let announce = () => {};
    const connection: McpConnection = {
      connect: async () => {},
      listTools: async () => {
        asked += 1;
        return [TOOL];
      },
      callTool: async () => expect.fail('nothing is called'),
      health: async () => ({ protocolVersion: null, tools: [] }),
      knownTools: () => null,
      onToolsChanged: (listener) => {
        announce = listener;
        return () => {};
      },
      close: async () => {},
    };
    const target: ServerTarget = { kind: 'stdio', command: 'none', args: [], env: {} };
    const configured = { name: 'fixture', target, capabilities: FIXTURE_CAPABILITIES };
    const server = new GatewayServer(configured, { open: () => connection, now: Date.now, random: Math.random });
    for (let time = 0; time < 1_000; time++) announce();
    while (asked === 0) await pauseMs(10);
    expect(asked).to.equal(1);
    await server.close();
  });

  it('that came too early is made good, although the server never says that it has more now', async () => {
    const server = await controllableServer();
    let now = Date.now();
    const gateway = createMcpGateway({ servers: [replicasOf([server])], now: () => now });
    const signal = new AbortController().signal;
    const read = () => gateway.call('slack.channel_info', { channel: 'C1' }, { signal });
    try {
      const all = server.tools;
      server.tools = all.filter(({ name }) => name === 'post_message');
      expect(await failureOf(read())).to.include({ failure: 'not_configured' });
      server.tools = all;
      now += LOOK_AGAIN_MS + 1;
      expect(gateway.has('slack.channel_info')).to.equal(false);
      while (!gateway.has('slack.channel_info')) await pauseMs(10);
      expect((await read()).data.name).to.equal('alerts');
    } finally {
      await gateway.close();
      await server.close();
    }
  });
});
