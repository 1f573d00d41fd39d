import { expect } from 'chai';
import express from 'express';
import { adminAccess } from '../../src/producer/admin-session.ts';
import { createMcpApi } from '../../src/producer/mcp-api.ts';
import { createMcpPage } from '../../src/producer/mcp-page.ts';
import { type Listening, listen } from '../../src/shared/http/listen.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { keepStatusPublished } from '../../src/shared/mcp/publish-status.ts';
import type { PublishedMcpStatus } from '../../src/shared/store/mcp-status-store.ts';
import { availableBackends } from '../support/backends.ts';
import { eventually } from '../support/fleet.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { configuredFixture, fixtureServer } from '../unit/shared/mcp/support/fixture-server.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const TOKEN = 'a-long-admin-token';
const startedAt = '2026-03-01T10:00:00.000Z';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`what every process sees of the MCP servers, on ${backend}`, () => {
    let test: TestStore;
    let server: Listening;
    const producer = createMcpGateway({
      servers: [configuredFixture({ kind: 'in-process', definition: fixtureServer() })],
    });
    const opened: ToolGateway[] = [producer];
    before(async () => {
      test = await openTestStore(backend);
      const admin = adminAccess(TOKEN, false);
      const app = express();
      app.use('/api', admin.requireToken, createMcpApi(producer, test.store.mcpStatuses));
      app.use('/mcp-servers', admin.requireLogin, createMcpPage(test.store.mcpStatuses));
      server = await listen(app, 0, '127.0.0.1');
    });
    after(async () => {
      await server.close(100);
      await Promise.all(opened.map((gateway) => gateway.close()));
      await test.close();
    });

    const get = async (path: string) => {
      const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect(answer.status).to.equal(200);
      return answer.text();
    };
    const processes = async () =>
      (JSON.parse(await get('/api/mcp?ask=no')) as { processes: PublishedMcpStatus[] }).processes;
    const failing = () => Promise.reject(new Error('no <pods> for token=abcdef0123456789abcdef'));
    const publish = (process: string, role: string, gateway: ToolGateway, signal: AbortSignal) =>
      keepStatusPublished(
        { process, role, startedAt, gateway, statuses: test.store.mcpStatuses, logger: silentLogger, everyMs: 5 },
        signal,
      );

    it("shows a worker's calls, cache hits and last failure with its name, until it ends", async () => {
      let broken = false;
      const definition = fixtureServer({ read: () => (broken ? failing() : Promise.resolve('alerts')) });
      const worker = createMcpGateway({ servers: [configuredFixture({ kind: 'in-process', definition })] });
      opened.push(worker);
      const { signal } = new AbortController();
      await worker.call('slack.post_message', { channel: 'C1', text: 'x' }, { signal });
      broken = true;
      await failureOf(worker.call('slack.channel_info', { channel: 'C1' }, { signal }));
      const stop = new AbortController();
      const publishing = [
        publish('worker-1', 'worker', worker, stop.signal),
        publish('producer-1', 'producer', producer, stop.signal),
      ];
      const seen = await eventually('both processes', async () => {
        const found = await processes();
        return found.length === 2 && found;
      });
      expect(seen.map(({ process, role }) => [process, role])).to.deep.equal([
        ['producer-1', 'producer'],
        ['worker-1', 'worker'],
      ]);
      expect(seen[1]).to.include({ startedAt });
      expect(seen[1]!.ageSeconds).to.be.within(0, 20);
      const [fixture] = seen[1]!.servers;
      expect(fixture).to.deep.include({ server: 'fixture', calls: 2, failures: 1, running: 0, cacheHits: 0 });
      expect(fixture!.lastFailure).to.include({ failure: 'tool_error' });
      expect(fixture!.lastFailure!.message)
        .to.match(/no <pods>/)
        .and.not.match(/abcdef0123456789abcdef/);
      const page = await get('/mcp-servers');
      expect(page)
        .to.match(/worker worker-1/)
        .and.match(/tool_error: [^<]*no &lt;pods&gt;/);

      stop.abort();
      await Promise.all(publishing);
      await eventually('that both are gone', async () => (await processes()).length === 0);
      expect(await get('/mcp-servers')).to.match(/No process has told/);
    });

    it('no longer shows a process that has not told of itself for a while, and forgets it in the end', async () => {
      const { mcpStatuses } = test.store;
      const about = { role: 'worker', startedAt, servers: producer.status() };
      const age = (process: string, seconds: number) =>
        test.database.query(
          `update rca_fleet.mcp_status set at = now() - make_interval(secs => $2::float8) where process = $1`,
          [process, seconds],
        );
      await mcpStatuses.publish({ process: 'fresh', ...about });
      await mcpStatuses.publish({ process: 'killed', ...about });
      await age('fresh', 30);
      await age('killed', 60);
      expect((await processes()).map(({ process, ageSeconds }) => [process, ageSeconds])).to.deep.equal([
        ['fresh', 30],
      ]);
      await age('killed', 700);
      await mcpStatuses.publish({ process: 'fresh', ...about });
      expect((await mcpStatuses.list(10_000)).map(({ process }) => process)).to.deep.equal(['fresh']);
      await mcpStatuses.remove('fresh');
    });

    it('says that it does not know where the database cannot say, and publishes again when it can', async () => {
      await test.database.query('alter table rca_fleet.mcp_status rename to away');
      const stop = new AbortController();
      const publishing = publish('worker-1', 'worker', producer, stop.signal);
      expect(await processes()).to.equal(null);
      await test.database.query('alter table rca_fleet.away rename to mcp_status');
      await eventually('the process', async () => (await processes()).length === 1);
      stop.abort();
      await publishing;
    });

    it('keeps what is published small, whatever a gateway has', async () => {
      const [status] = producer.status();
      const endpoint = { ...status!.endpoints[0]!, endpoint: 'x'.repeat(5_000) };
      const huge = { ...status!, endpoints: Array.from({ length: 500 }, () => endpoint) };
      const stop = new AbortController();
      const gateway = { ...producer, status: () => Array.from({ length: 500 }, () => huge) };
      const publishing = publish('huge', 'worker', gateway, stop.signal);
      const seen = await eventually('the process', async () =>
        (await processes()).find(({ process }) => process === 'huge'),
      );
      expect(seen!.servers).to.have.length(50);
      expect(seen!.servers[0]!.endpoints).to.have.length(20);
      expect(JSON.stringify(seen).length).to.be.lessThan(400_000);
      stop.abort();
      await publishing;
    });
  });
}
