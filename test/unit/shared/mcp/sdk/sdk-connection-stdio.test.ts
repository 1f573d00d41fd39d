import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { createMcpGateway } from '../../../../../src/shared/mcp/mcp-gateway.ts';
import { SdkConnection } from '../../../../../src/shared/mcp/sdk/sdk-connection.ts';
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
