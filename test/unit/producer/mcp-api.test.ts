import { expect } from 'chai';
import express from 'express';
import { createMcpApi } from '../../../src/producer/mcp-api.ts';
import { listen } from '../../../src/shared/http/listen.ts';
import { createMcpGateway } from '../../../src/shared/mcp/mcp-gateway.ts';
import type { ServerTarget } from '../../../src/shared/mcp/server-target.ts';
import { configuredFixture, fixtureServer } from '../shared/mcp/support/fixture-server.ts';

describe('GET /api/mcp', () => {
  it('tells how every server is, with its endpoints and what it answers', async () => {
    const well = configuredFixture({ kind: 'in-process', definition: fixtureServer() });
    const target: ServerTarget = { kind: 'stdio', command: '/does/not/exist', args: [], env: {} };
    const broken = { name: 'broken', target, capabilities: {} };
    const gateway = createMcpGateway({ servers: [well, broken] });
    const listening = await listen(
      express().use('/api', createMcpApi(gateway, { list: async () => [] })),
      0,
      '127.0.0.1',
    );
    try {
      await gateway.call('slack.channel_info', { channel: 'C1' }, { signal: new AbortController().signal });
      const { servers } = (await (await fetch(`${listening.url}/api/mcp`)).json()) as {
        servers: Record<string, unknown>[];
      };
      expect(servers[0]).to.deep.include({
        server: 'fixture',
        ok: true,
        tools: 2,
        breaker: 'closed',
        running: 0,
        calls: 1,
      });
      expect(servers[0]!.capabilities).to.deep.include({ 'slack.channel_info': 'get_channel_info' });
      expect(servers[0]!.endpoints)
        .to.have.nested.property('[0]')
        .that.includes({ endpoint: 'in-process', calls: 1, ejected: false });
      expect(servers[1]).to.deep.include({ server: 'broken', ok: false, lastFailure: null });
      const known = (await (await fetch(`${listening.url}/api/mcp?ask=no`)).json()) as {
        servers: Record<string, unknown>[];
      };
      expect(known.servers.map(({ server }) => server)).to.deep.equal(['fixture', 'broken']);
    } finally {
      await listening.close(100);
      await gateway.close();
    }
  });
});
