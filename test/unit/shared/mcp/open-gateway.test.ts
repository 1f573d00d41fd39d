import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../../src/shared/config.ts';
import { type LogFields, type Logger, silentLogger } from '../../../../src/shared/logger.ts';
import type { ToolGateway } from '../../../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../../../src/shared/mcp/open-gateway.ts';
import { createMetrics } from '../../../../src/shared/metrics.ts';
import { type ControllableServer, controllableServer, pauseMs, soundAnswer } from './support/controllable-server.ts';
import { FIXTURE_CAPABILITIES } from './support/fixture-server.ts';

const READ = 'slack.channel_info';

describe('the gateway of a configuration file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-reload-'));
  const file = join(folder, 'mcp.json');
  const lines: { message: string; fields: LogFields }[] = [];
  const note = (message: string, fields: LogFields = {}) => void lines.push({ message, fields });
  const logger: Logger = { ...silentLogger, info: note, error: note };
  const signal = new AbortController().signal;
  let gateway: ToolGateway | null = null;
  let servers: ControllableServer[] = [];

  const entryOf = (server: ControllableServer) => ({ url: server.url, capabilities: FIXTURE_CAPABILITIES });
  const write = (mcpServers: unknown) => writeFileSync(file, JSON.stringify({ mcpServers }));
  const read = () => gateway!.call(READ, { channel: 'C1' }, { signal, incidentId: 'incident-1' });
  const untilLine = async (message: string) => {
    while (!lines.some((line) => line.message === message)) await pauseMs(5);
  };
  const open = () => {
    const metrics = createMetrics();
    gateway = openGateway(loadConfig({ MCP_CONFIG: file, NODE_ENV: 'test' }), logger, metrics, { reloadMs: 5 });
    return metrics;
  };

  beforeEach(async () => {
    lines.length = 0;
    servers = [await controllableServer(), await controllableServer()];
  });
  afterEach(async () => {
    await gateway?.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('goes over to a changed file while calls are under way: they finish where they are, later ones go to the new server', async () => {
    const [first, second] = servers as [ControllableServer, ControllableServer];
    write({ one: entryOf(first) });
    open();
    await read();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    first.behave(async (message) => {
      arrive();
      await released;
      return soundAnswer(message);
    });
    const running = read();
    await arrived;
    write({ two: entryOf(second) });
    await untilLine('the MCP servers were read again');
    expect((await read()).server).to.equal('two');
    release();
    expect((await running).server).to.equal('one');
    expect(gateway!.status().map(({ server }) => server))
      .to.include('two')
      .and.not.include('one');
  });

  it('never fails a call while the file changes again and again', async () => {
    const [first, second] = servers as [ControllableServer, ControllableServer];
    write({ one: entryOf(first) });
    open();
    let failed = 0;
    let done = 0;
    const stop = new AbortController();
    const callers = Array.from({ length: 4 }, async () => {
      while (!stop.signal.aborted) {
        await read().then(
          () => (done += 1),
          () => (failed += 1),
        );
      }
    });
    for (let change = 0; change < 6; change++) {
      lines.length = 0;
      write({ [`server-${change}`]: entryOf(change % 2 === 0 ? second : first) });
      await untilLine('the MCP servers were read again');
      await pauseMs(20);
    }
    stop.abort();
    await Promise.all(callers);
    expect({ failed, some: done > 5 }).to.deep.equal({ failed: 0, some: true });
  }).timeout(10_000);

  it('keeps the servers it has where the changed file is faulty, and says every fault', async () => {
    write({ one: entryOf(servers[0]!) });
    open();
    write({ one: { url: 'nope' }, two: {} });
    await untilLine('the changed MCP_CONFIG or a file that it needs is faulty: the servers stay as they are');
    const { error } = lines.find(({ message }) => message.includes('faulty'))!.fields as { error: string };
    expect(error).to.include('mcpServers.one.url').and.include('mcpServers.two: needs "command"');
    expect((await read()).server).to.equal('one');
  });

  it('keeps the connections of servers that stay the same', async () => {
    const [first, second] = servers as [ControllableServer, ControllableServer];
    write({ one: entryOf(first) });
    open();
    await read();
    write({ one: entryOf(first), two: entryOf(second) });
    await untilLine('the MCP servers were read again');
    const before = gateway!.status().find(({ server }) => server === 'one')!.endpoints[0]!.calls;
    expect(before).to.equal(1);
    await read();
    expect(gateway!.status().find(({ server }) => server === 'one')!.endpoints[0]!.calls).to.equal(2);
  });

  it('writes every call to the audit trail with masked arguments, counts it, and carries the trace across', async () => {
    write({ one: entryOf(servers[0]!) });
    const metrics = open();
    const secret = `xoxb-${'1'.repeat(24)}`;
    const posting = gateway!.call(
      'slack.post_message',
      { channel: 'C1', text: `token ${secret}` },
      { signal, incidentId: 'incident-1' },
    );
    await posting;
    const audit = lines.find(({ message }) => message === 'tool call')!.fields;
    expect(audit).to.include({ server: 'one', tool: 'post_message', outcome: 'ok', incident: 'incident-1' });
    expect(audit.arguments).to.include('"channel":"C1"').and.include('[masked:token]').and.not.include(secret);
    expect(servers[0]!.lastMeta()?.traceparent).to.match(new RegExp(`^00-${audit.trace}-[0-9a-f]{16}-01$`));
    const text = await metrics.registry.metrics();
    expect(text).to.match(/rca_fleet_mcp_endpoint_call_seconds_count\{[^}]*endpoint="127\.0\.0\.1:\d+"[^}]*\} 1/);
    expect(text).to.match(/rca_fleet_mcp_breaker\{server="one",[^}]*\} 0/);
  });

  it('shows nothing any more of an endpoint that is gone', async () => {
    const [first, second] = servers as [ControllableServer, ControllableServer];
    write({ one: entryOf(first) });
    const metrics = open();
    await read();
    const shown = async () => /mcp_breaker\{server="one"/.test(await metrics.registry.metrics());
    expect(await shown()).to.equal(true);
    write({ two: entryOf(second) });
    while (await shown()) await pauseMs(10);
    await read();
    expect(await metrics.registry.metrics()).to.match(/mcp_breaker\{server="two"/);
  });
});
