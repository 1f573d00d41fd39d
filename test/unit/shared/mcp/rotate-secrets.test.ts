import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../../src/shared/config.ts';
import { silentLogger } from '../../../../src/shared/logger.ts';
import { createServerSource } from '../../../../src/shared/mcp/config/server-source.ts';
import type { ToolGateway } from '../../../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../../../src/shared/mcp/open-gateway.ts';
import { createMetrics } from '../../../../src/shared/metrics.ts';
import { pauseMs } from './support/controllable-server.ts';
import { FIXTURE_CAPABILITIES } from './support/fixture-server.ts';
import { stdioTarget } from './support/stdio-target.ts';
import { failureOf } from './support/waits.ts';

describe('secrets in files that are exchanged while the fleet runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-rotate-'));
  const signal = new AbortController().signal;
  const notes: string[] = [];
  const note = (message: string) => void notes.push(message);
  let gateway: ToolGateway | undefined;
  afterEach(() => gateway?.close());
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const open = (environment: Record<string, string>) => {
    notes.length = 0;
    const logger = { ...silentLogger, info: note, error: note };
    gateway = openGateway(loadConfig(environment), logger, createMetrics(), { reloadMs: 5 });
  };
  const until = async (test: () => boolean) => {
    while (!test()) await pauseMs(5);
  };
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('start a child process with the new ones, while a call under way finishes at the old, which then ends', async () => {
    const hold = join(folder, 'hold');
    write('child.env', `FIXTURE_SECRET=old\nFIXTURE_HOLD=${hold}\n`);
    const { command, args } = stdioTarget('secret') as { command: string; args: string[] };
    const policy = { cacheTtlMs: 0 };
    const entry = { command, args, envFile: 'child.env', capabilities: FIXTURE_CAPABILITIES, policy };
    open({ MCP_CONFIG: write('mcp.json', JSON.stringify({ mcpServers: { child: entry } })) });
    const read = async () => (await gateway!.call('slack.channel_info', { channel: 'C1' }, { signal })).data.name;
    const before = await read();
    expect(before).to.match(/^old of \d+$/);
    write('hold', '');
    const running = read();
    await until(() => existsSync(`${hold}.reached`));

    write('child.env', 'FIXTURE_SECRET=new\n');
    await until(() => notes.includes('the MCP servers were read again'));
    expect(await read()).to.match(/^new of \d+$/);
    rmSync(hold);
    expect(await running).to.equal(before);
    await until(() => !isAlive(Number(before.split(' ').at(-1))));
  });

  it('keep the child as long as a file is missing, and count once it is back', async () => {
    write('child.env', 'FIXTURE_SECRET=old\n');
    const { command, args } = stdioTarget('secret') as { command: string; args: string[] };
    const env = { FIXTURE_SECRET: `\${file:${write('token', 'one')}}` };
    const entry = { command, args, env, envFile: 'child.env', capabilities: FIXTURE_CAPABILITIES };
    const config = write('mcp.json', JSON.stringify({ mcpServers: { child: entry } }));
    open({ MCP_CONFIG: config });
    rmSync(join(folder, 'child.env'));
    write('token', 'two');
    await until(() => notes.some((line) => line.includes('faulty')));
    const { data } = await gateway!.call('slack.channel_info', { channel: 'C1' }, { signal });
    expect(data.name).to.match(/^one of/);

    write('child.env', 'FIXTURE_SECRET=old\n');
    await until(() => notes.includes('the MCP servers were read again'));
    const { data: later } = await gateway!.call('slack.channel_info', { channel: 'C1' }, { signal });
    expect(later.name).to.match(/^two of/);
  });

  describe('of our own servers', () => {
    it('concern those alone whose they are: the others stay what they are, and keep what they know', () => {
      const path = write('signoz', 'first');
      const environment = { SIGNOZ_URL: 'http://127.0.0.1:1', SIGNOZ_API_KEY_FILE: path, NODE_ENV: 'test' };
      const source = createServerSource(loadConfig(environment));
      const definitions = (changed?: string) =>
        source.read(changed).servers.map(({ target }) => (target.kind === 'in-process' ? target.definition : null));
      const before = definitions();
      write('signoz', 'second');
      const after = definitions(path);
      const kept = before.filter((one, index) => one === after[index]).map((one) => one!.name);
      expect(kept).to.include('network').and.not.include('signoz');
      rmSync(path);
      expect(() => source.read(path)).to.throw('SIGNOZ_API_KEY_FILE');
    });

    let signoz: Server;
    let accepted = 'first';
    let held: Promise<void> | null = null;
    let reached = () => {};
    before(async () => {
      signoz = createServer(async (request, response) => {
        const isGood = request.headers['signoz-api-key'] === accepted;
        reached();
        await held;
        if (!isGood) return void response.writeHead(401).end('{}');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ status: 'success', data: { data: { results: [{ rows: [] }] } } }));
      });
      await new Promise<void>((resolve) => signoz.listen(0, '127.0.0.1', resolve));
    });
    after(() => {
      signoz.closeAllConnections();
      signoz.close();
    });

    it('are used by the next call, while one under way finishes with the old', async () => {
      const url = `http://127.0.0.1:${(signoz.address() as AddressInfo).port}`;
      open({ SIGNOZ_URL: url, SIGNOZ_API_KEY_FILE: write('signoz', 'first\n') });
      const ask = (searchText: string) => {
        const window = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:30:00.000Z' };
        return gateway!.call('logs.query', { ...window, searchText }, { signal });
      };
      await ask('a');
      const { promise, resolve: release } = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      held = promise;
      reached = arrived.resolve;
      const running = ask('b');
      await arrived.promise;
      held = null;
      accepted = 'second';
      expect((await failureOf(ask('c'))).failure).to.equal('auth');
      write('signoz', 'second\n');
      await until(() => notes.includes('the MCP servers were read again'));
      await ask('c');
      release();
      await running;
    });
  });
});
