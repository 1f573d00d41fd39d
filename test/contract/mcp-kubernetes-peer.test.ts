import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { pause } from '../../src/shared/deadline.ts';
import type { DependencyError } from '../../src/shared/errors.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';

const signal = new AbortController().signal;

/** The program behind the npm package; null where there is none for this platform. */
function peerBinary(): string | null {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `kubernetes-mcp-server-${system}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/${name}`);
  } catch {
    return null;
  }
}

describe('kubernetes-mcp-server behind the gateway, by its entry alone', () => {
  const command = peerBinary();
  const cleanups: (() => Promise<void>)[] = [];
  let cluster: KubernetesSandbox;
  const gatewayOf = (entry: Record<string, unknown>): ToolGateway => {
    const text = JSON.stringify({ mcpServers: { 'kubernetes-mcp-server': entry } });
    const servers = parseMcpConfig(text, { path: 'mcp.json', env: {} });
    const gateway = createMcpGateway({ servers });
    cleanups.unshift(() => gateway.close());
    return gateway;
  };
  const args = (...more: string[]) => ['--kubeconfig', cluster.kubeconfigPath, '--read-only', ...more];
  const startHttp = async (port: number): Promise<ChildProcess> => {
    const child = spawn(command!, args('--port', String(port)), { stdio: 'ignore' });
    cleanups.push(() => stop(child));
    for (let tries = 0; tries < 200; tries++) {
      const up = await fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) return child;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('kubernetes-mcp-server did not start');
  };

  before(async function () {
    if (!command) {
      console.log('    skipped: kubernetes-mcp-server has no binary for this platform');
      this.skip();
    }
    cluster = await startKubernetesSandbox({ scenarios: Object.values(SCENARIOS), tls: true });
  });
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });
  after(() => cluster?.close());

  for (const form of ['yaml', 'table'] as const) {
    it(`answers pods, logs and events as evidence over stdio, listing as ${form}`, async () => {
      const gateway = gatewayOf({ command, args: args('--list-output', form) });
      const { data } = await gateway.call('pods.status', { namespace: 'shop', service: 'billing' }, { signal });
      const broken = data.pods.filter(({ ready }) => !ready);
      expect(broken.length).to.be.within(1, data.pods.length);
      for (const pod of broken) {
        expect(pod.namespace).to.equal('shop');
        expect(pod.labels.app).to.equal('billing');
        expect(pod.containers[0]).to.include({ reason: 'CrashLoopBackOff', ready: false, state: 'waiting' });
        expect(pod.containers[0]!.restarts).to.be.above(0);
      }
      const [pod] = broken;
      if (form === 'yaml') expect(pod!.containers[0]!.lastTermination).to.include({ reason: 'Error', exitCode: 1 });
      const log = await gateway.call('pods.logs', { namespace: 'shop', pod: pod!.name, previous: true }, { signal });
      expect(log.data.lines.join('\n')).to.include('BILLING_LEDGER_URL is not set');
      const events = await gateway.call('events.list', { namespace: 'edge' }, { signal });
      expect(events.data.events.map(({ message }) => message).join('\n')).to.include('rateLimited');
      expect(events.data.events[0]!.lastSeen).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    });
  }

  it('tells an error of the cluster as the failure of the tool', async () => {
    const gateway = gatewayOf({ command, args: args() });
    const error = await gateway
      .call('pods.logs', { namespace: 'shop', pod: 'nothing' }, { signal })
      .catch((thrown) => thrown);
    expect(error).to.include({ failure: 'tool_error' });
    expect(error.message).to.include('"nothing" not found');
  });

  it('offers the tools that its entry allows, the reading ones only, and keeps them within the scope', async () => {
    const gateway = gatewayOf({
      command,
      args: args(),
      tools: { allow: ['namespaces_list', 'pods_*'] },
      scope: { namespaces: ['shop'] },
    });
    const offered = await gateway.tools(signal);
    expect(offered.map(({ tool }) => tool)).to.include.members(['namespaces_list', 'pods_get', 'pods_top']);
    expect(offered.map(({ tool }) => tool)).to.not.include.members(['events_list']);
    const aliasOf = (tool: string) => offered.find((one) => one.tool === tool)!.alias;
    expect((await gateway.callTool(aliasOf('namespaces_list'), {}, { signal })).text).to.include('shop');
    const outside = gateway.callTool(aliasOf('pods_list_in_namespace'), { namespace: 'edge' }, { signal });
    expect(await outside.catch((thrown) => thrown)).to.include({ failure: 'refused' });
    const wrong = gateway.callTool(aliasOf('pods_get'), { namespace: 'shop' }, { signal });
    expect(await wrong.catch((thrown) => thrown)).to.include({ failure: 'bad_request' });
  });

  it('is killed and started again under load over HTTP: who asks meanwhile is told to come again, and it is back by itself', async () => {
    const port = await freePort();
    const child = await startHttp(port);
    const gateway = gatewayOf({ url: `http://127.0.0.1:${port}/mcp`, policy: { cacheTtlMs: 0 } });
    const read = (): Promise<DependencyError | null> =>
      gateway.call('events.list', { namespace: 'edge' }, { signal }).then(
        () => null,
        (error: DependencyError) => error,
      );
    expect(await read()).to.equal(null);
    const failures: DependencyError[] = [];
    let isBack = false;
    const caller = async () => {
      while (!isBack) {
        const failure = await read();
        if (!failure) continue;
        failures.push(failure);
        // As the retry policy of whoever asks would: not before the time that it is told.
        await pause(failure.retryAfterMs ?? 50);
      }
    };
    const load = Array.from({ length: 12 }, caller);
    await stop(child);
    // Long enough for the breaker: what it heals from by itself without that, nobody notices.
    while (!failures.some(({ failure }) => failure === 'breaker_open')) await pause(20);
    await startHttp(port);
    for (let well = 0; well < 3; well++) while (await read()) await pause(100);
    isBack = true;
    await Promise.all(load);
    for (const { failure, retryable, ambiguous } of failures) {
      expect(['connection', 'breaker_open']).to.include(failure);
      expect({ retryable, ambiguous }).to.deep.equal({ retryable: true, ambiguous: false });
    }
    expect(gateway.status()[0]).to.include({ breaker: 'closed', running: 0 });
  }).timeout(60_000);
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
