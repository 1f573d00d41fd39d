import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { freePort } from '../../scripts/servers/free-port.ts';
import type { WaitOptions } from '../../src/shared/mcp/mcp-connection.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';
import { SdkConnection } from '../../src/shared/mcp/sdk/sdk-connection.ts';

const ENTRY = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const wait = (deadlineMs = 10_000): WaitOptions => ({ signal: new AbortController().signal, deadlineMs });

describe("the protocol's own test server (server-everything)", () => {
  const cleanups: (() => Promise<void>)[] = [];
  const connectionTo = (target: ConstructorParameters<typeof SdkConnection>[1]) => {
    const connection = new SdkConnection('everything', target);
    cleanups.unshift(() => connection.close());
    return connection;
  };
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('is listed and called over stdio', async () => {
    await exercise(connectionTo({ kind: 'stdio', command: process.execPath, args: [ENTRY, 'stdio'], env: {} }));
  });

  it('offers the LLM the tools that its entry allows and states to be reading, over stdio', async () => {
    const tools = { allow: ['echo', 'get-sum'], readOnly: ['echo', 'get-sum'] };
    const entry = { command: process.execPath, args: [ENTRY, 'stdio'], tools };
    const text = JSON.stringify({ servers: { 'every.thing': entry } });
    const gateway = createMcpGateway({ servers: parseMcpConfig(text, { path: 'mcp.json', env: {} }) });
    cleanups.unshift(() => gateway.close());
    const { signal } = new AbortController();
    const offered = await gateway.tools(signal);
    expect(offered.map(({ alias }) => alias)).to.include.members(['every_thing__echo']);
    expect(offered.map(({ tool }) => tool)).to.have.members(['echo', 'get-sum']);
    expect((await gateway.callTool('every_thing__echo', { message: 'hi' }, { signal })).text).to.equal('Echo: hi');
    const wrong = await gateway.callTool('every_thing__echo', { message: 7 }, { signal }).catch((error) => error);
    expect(wrong).to.include({ failure: 'bad_request' });
    const never = await gateway.callTool('every_thing__get-env', {}, { signal }).catch((error) => error);
    expect(never).to.include({ failure: 'refused' });
  });

  it('is listed and called over stateful Streamable HTTP, also after it was killed and started again', async () => {
    const port = await freePort();
    let server = await startHttp(port);
    cleanups.push(() => stop(server));
    const connection = connectionTo({ kind: 'http', url: `http://127.0.0.1:${port}/mcp`, headers: {} });
    await exercise(connection);
    await stop(server);
    server = await startHttp(port);
    const lost = await connection.callTool('echo', { message: 'x' }, wait()).catch((error) => error);
    expect(lost).to.include({ failure: 'connection' });
    await exercise(connection);
  });
});

async function exercise(connection: SdkConnection): Promise<void> {
  const { protocolVersion, tools } = await connection.health(wait());
  expect(protocolVersion).to.equal('2025-11-25');
  expect(tools).to.include.members(['echo', 'get-structured-content']);
  expect((await connection.callTool('echo', { message: 'hi' }, wait())).text).to.equal('Echo: hi');
  const structured = await connection.callTool('get-structured-content', { location: 'Chicago' }, wait());
  expect(structured.structured).to.have.keys(['temperature', 'conditions', 'humidity']);
  expect((await connection.callTool('echo', {}, wait())).isError).to.equal(true);
  const slow = connection.callTool('trigger-long-running-operation', { duration: 5, steps: 5 }, wait(100));
  expect(await slow.catch((error) => error)).to.include({ failure: 'timeout' });
  await connection.health(wait());
}

async function startHttp(port: number): Promise<ChildProcess> {
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [ENTRY, 'streamableHttp'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const chunk of child.stderr!) if (String(chunk).includes('listening')) break;
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
