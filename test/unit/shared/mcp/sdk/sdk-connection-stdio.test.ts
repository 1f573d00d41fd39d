import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createMcpGateway } from '../../../../../src/shared/mcp/mcp-gateway.ts';
import { SdkConnection } from '../../../../../src/shared/mcp/sdk/sdk-connection.ts';
import type { ServerTarget } from '../../../../../src/shared/mcp/server-target.ts';
import { configuredFixture } from '../support/fixture-server.ts';
import { stdioTarget } from '../support/stdio-target.ts';
import { failureOf, waiting } from '../support/waits.ts';

const signal = new AbortController().signal;

describe('a connection to a child process', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const cleanup = <T extends { close(): Promise<void> }>(resource: T): T => {
    cleanups.unshift(() => resource.close());
    return resource;
  };
  const gatewayTo = (...args: string[]) =>
    cleanup(createMcpGateway({ servers: [configuredFixture(stdioTarget(...args))] }));
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('starts it, and starts another when it was killed', async () => {
    const gateway = gatewayTo();
    const pidOf = async () =>
      Number((await gateway.call('slack.channel_info', { channel: 'C' }, { signal })).data.name);
    const first = await pidOf();
    process.kill(first, 'SIGKILL');
    const second = await pidOf();
    expect(second).to.be.greaterThan(0).and.not.equal(first);
    await gateway.close();
    await untilDead(second);
  });

  it('reports a writing call as ambiguous when the process dies over it', async () => {
    const call = gatewayTo().call('slack.post_message', { channel: 'C', text: 'x' }, { signal });
    expect(await failureOf(call)).to.include({ failure: 'connection', ambiguous: true });
  });

  it('replaces a process that does not even answer a ping', async () => {
    const connection = cleanup(new SdkConnection('fixture', stdioTarget(), { probeMs: 50 }));
    const pidOf = async (deadlineMs: number) =>
      Number((await connection.callTool('get_channel_info', { channel: 'C' }, waiting(deadlineMs))).structured?.name);
    const stuck = await pidOf(5000);
    process.kill(stuck, 'SIGSTOP');
    expect((await failureOf(pidOf(50))).failure).to.equal('timeout');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await pidOf(5000)).to.not.equal(stuck);
  });

  it('ends a whole process group: the wrapper and the server behind it that ignores the end of its input', async () => {
    const connection = cleanup(new SdkConnection('fixture', stdioTarget('wrapper')));
    const result = await connection.callTool('get_channel_info', { channel: 'C' }, waiting());
    const pid = Number(result.structured?.name);
    expect(isAlive(pid)).to.equal(true);
    await connection.close();
    await untilDead(pid);
  });

  it('leaves no process behind when it is closed while one is still starting, or was just given up', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rca-fleet-mute-')), 'pid');
    cleanups.push(async () => rmSync(dirname(file), { recursive: true }));
    const target: ServerTarget = { kind: 'stdio', command: process.execPath, args: ['-e', MUTE, file], env: {} };
    const starting = new SdkConnection('mute', target);
    const connecting = failureOf(starting.connect(waiting()));
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    await starting.close();
    expect(isAlive(Number(readFileSync(file, 'utf8')))).to.equal(false);
    expect((await connecting).failure).to.equal('aborted');

    const connection = new SdkConnection('fixture', stdioTarget(), { probeMs: 50 });
    const call = (deadlineMs: number) => connection.callTool('get_channel_info', { channel: 'C' }, waiting(deadlineMs));
    const pid = Number((await call(5000)).structured?.name);
    process.kill(pid, 'SIGSTOP');
    await failureOf(call(50));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.close();
    expect(isAlive(pid)).to.equal(false);
  }).timeout(15_000);

  it('starts no process any more when it is closed while it waits to try again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-late-'));
    cleanups.push(async () => rmSync(folder, { recursive: true }));
    const args = [
      '-e',
      'require("node:fs").appendFileSync(process.argv[1], "x"); process.exit(1)',
      join(folder, 'runs'),
    ];
    const target: ServerTarget = { kind: 'stdio', command: process.execPath, args, env: {} };
    const connection = new SdkConnection('dying', target, { random: () => 1 });
    for (let time = 0; time < 2; time++) await failureOf(connection.connect(waiting()));
    const third = failureOf(connection.connect(waiting()));
    await connection.close();
    await third;
    expect(readFileSync(join(folder, 'runs'), 'utf8')).to.equal('xx');
  });

  it('takes one line of many megabytes, and what comes behind it', async () => {
    const args = ['-e', LONG_LINES];
    const connection = cleanup(new SdkConnection('x', { kind: 'stdio', command: process.execPath, args, env: {} }));
    const texts = await Promise.all(
      [1, 48].map(async (megabytes) => (await connection.callTool(`${megabytes}`, {}, waiting(20_000))).text.length),
    );
    expect(texts).to.deep.equal([1, 48].map((megabytes) => megabytes * 1024 * 1024));
    const error = await failureOf(connection.callTool('65', {}, waiting(20_000)));
    expect(error).to.include({ failure: 'protocol', ambiguous: true });
    expect(error.message).to.include('larger than 64 MiB');
    expect((await connection.callTool('1', {}, waiting(20_000))).text).to.have.length(1024 * 1024);
  }).timeout(20_000);

  it('says why the process did not start', async () => {
    const missing = cleanup(new SdkConnection('x', { kind: 'stdio', command: 'no-such-command', args: [], env: {} }));
    const error = await failureOf(missing.connect(waiting()));
    expect(error).to.include({ failure: 'not_configured' });
    expect(error.message).to.include('cannot start the command').and.include('no-such-command');
    const args = ['-e', 'console.error("no token given"); process.exit(1)'];
    const dying = cleanup(new SdkConnection('x', { kind: 'stdio', command: process.execPath, args, env: {} }));
    expect((await failureOf(dying.connect(waiting()))).message).to.include('no token given');
  });

  it('tells the listeners when the server announces another tool list', async () => {
    const args = ['-e', ANNOUNCER];
    const connection = cleanup(new SdkConnection('x', { kind: 'stdio', command: process.execPath, args, env: {} }));
    const changed = new Promise<void>((resolve) => connection.onToolsChanged(resolve));
    expect((await connection.listTools(waiting())).map(({ name }) => name)).to.deep.equal(['tool-1']);
    await changed;
    expect((await connection.listTools(waiting())).map(({ name }) => name)).to.deep.equal(['tool-2']);
  });
});

/** Whether the process runs; one that is dead but not yet reaped does not. */
function isAlive(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Says nothing, and neither the end of its input nor SIGTERM ends it. */
const MUTE = `
process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
require('node:fs').writeFileSync(process.argv[1], String(process.pid));`;

/** Answers a call with as many megabytes as the tool's name says. */
const LONG_LINES = `
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    send({ id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'a', version: '1' } } });
  }
  if (method === 'tools/call') send({ id, result: { content: [{ type: 'text', text: 'x'.repeat(params.name * 1024 * 1024) }] } });
});`;

/** Lists another tool every time, and announces it after the first. */
const ANNOUNCER = `
let lists = 0;
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const capabilities = { tools: { listChanged: true } };
  if (method === 'initialize') {
    send({ id, result: { protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 'a', version: '1' } } });
  }
  if (method !== 'tools/list') return;
  send({ id, result: { tools: [{ name: 'tool-' + ++lists, inputSchema: { type: 'object' } }] } });
  if (lists === 1) send({ method: 'notifications/tools/list_changed' });
});`;
