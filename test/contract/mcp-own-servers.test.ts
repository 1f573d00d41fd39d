import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { expect } from 'chai';
import { loadConfig } from '../../src/shared/config.ts';
import { CAPABILITIES } from '../../src/shared/mcp/capabilities.ts';
import { CAPABILITY_NAMES, defaultCapabilities } from '../../src/shared/mcp/configured-server.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import { SdkConnection } from '../../src/shared/mcp/sdk/sdk-connection.ts';
import { type HttpHost, serveHttp } from '../../src/shared/mcp/sdk/serve-http.ts';
import type { ServerTarget } from '../../src/shared/mcp/server-target.ts';
import { configuredOwnServers, ownServerByName } from '../../src/shared/mcp/servers/index.ts';
import { createNetworkServer } from '../../src/shared/mcp/servers/network/network-server.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/mcp-server.ts', import.meta.url));
const ENV = { NETWORK_ALLOWED_HOSTS: '127.0.0.1', NODE_ENV: 'test' };

const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-own-servers-'));
const targetsFile = join(folder, 'targets.yaml');
writeFileSync(
  targetsFile,
  'targets: { cache: { url: "redis://127.0.0.1:1" }, orders: { url: "postgres://127.0.0.1:1/orders" } }\n',
);
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the network server under a stock MCP client', () => {
  let host: HttpHost | null = null;
  const overStdio = () =>
    new StdioClientTransport({ command: process.execPath, args: [SCRIPT, 'network'], env: ENV, stderr: 'ignore' });
  const overHttp = async () => {
    host = await serveHttp(createNetworkServer({ allowedHosts: ['127.0.0.1'] }), { token: 't' });
    const requestInit = { headers: { authorization: 'Bearer t' } };
    return new StreamableHTTPClientTransport(new URL(host.url), { requestInit }) as Transport;
  };
  afterEach(async () => {
    await host?.close();
    host = null;
  });

  for (const [name, open] of [
    ['stdio', async () => overStdio()],
    ['Streamable HTTP', overHttp],
  ] as const) {
    it(`lists its tools as the capabilities describe them, and answers, over ${name}`, async () => {
      const client = new Client({ name: 'stock', version: '1' });
      await client.connect(await open());
      try {
        const { tools } = await client.listTools();
        expect(tools.map((tool) => tool.name)).to.have.members(Object.values(defaultCapabilities('network')));
        for (const tool of tools) {
          expect(tool.annotations, tool.name).to.include({ readOnlyHint: true, destructiveHint: false });
          expect(tool.inputSchema.properties, tool.name).to.have.all.keys(inputKeys(tool.name));
          expect(tool.outputSchema, tool.name).to.have.property('type', 'object');
        }
        // The stock client checks the structured content against the output schema that was listed.
        const result = await client.callTool({ name: 'check_tcp', arguments: { host: '127.0.0.1', port: 1 } });
        expect(result.structuredContent).to.include({ connected: false, port: 1 });
        const refused = await client.callTool({ name: 'check_tcp', arguments: { host: '10.0.0.1', port: 1 } });
        expect(refused.isError).to.equal(true);
        expect(JSON.stringify(refused.content)).to.include('NETWORK_ALLOWED_HOSTS');
        const wrong = await client.callTool({ name: 'check_tcp', arguments: { host: 7 } });
        expect(wrong.isError).to.equal(true);
      } finally {
        await client.close();
      }
    });
  }

  it('answers the gateway the same in-process, over stdio and over HTTP', async () => {
    const definition = createNetworkServer({ allowedHosts: ['127.0.0.1'] });
    const remote = await startOverHttp();
    const targets: ServerTarget[] = [
      { kind: 'in-process', definition },
      { kind: 'stdio', command: process.execPath, args: [SCRIPT, 'network'], env: ENV },
      { kind: 'http', url: remote.url, headers: { authorization: 'Bearer t' } },
    ];
    try {
      const answers = await Promise.all(targets.map(checkTcp));
      expect(answers[1]).to.deep.equal(answers[0]);
      expect(answers[2]).to.deep.equal(answers[0]);
    } finally {
      remote.child.kill('SIGTERM');
      await once(remote.child, 'exit');
    }
  });

  it('has a tool for every capability it is named for, as every server of ours', async () => {
    const config = loadConfig({
      SLACK_BOT_TOKEN: 'x',
      SIGNOZ_URL: 'http://127.0.0.1:9',
      KUBECONFIG: '/none',
      PROMETHEUS_URL: 'http://127.0.0.1:9',
      DATABASE_TARGETS: targetsFile,
    });
    const servers = configuredOwnServers(config);
    expect(servers.map(({ name }) => name)).to.include.members(['prometheus', 'database']);
    for (const definition of servers) {
      const connection = new SdkConnection(definition.name, { kind: 'in-process', definition });
      const tools = await connection.listTools({ signal: new AbortController().signal, deadlineMs: 5000 });
      await connection.close();
      expect(tools.map((tool) => tool.name)).to.include.members(Object.values(defaultCapabilities(definition.name)));
    }
  });

  it('says on stderr what is wrong with its arguments, and ends', async () => {
    const connection = new SdkConnection('x', {
      kind: 'stdio',
      command: process.execPath,
      args: [SCRIPT, 'nonsense'],
      env: ENV,
    });
    const wait = { signal: new AbortController().signal, deadlineMs: 10_000 };
    const error = await connection.connect(wait).catch((thrown) => thrown);
    await connection.close();
    expect(error.message).to.include('there is no MCP server "nonsense": choose one of').and.include('network');
  });
});

describe('our other servers under stock MCP clients', () => {
  type Served = {
    name: string;
    env: Record<string, string>;
    tool: string;
    input: Record<string, unknown>;
    says: string;
  };
  const SERVERS: Served[] = [
    {
      name: 'prometheus',
      env: { PROMETHEUS_URL: 'http://127.0.0.1:1' },
      tool: 'query_instant',
      input: { query: 'up' },
      says: 'PROMETHEUS',
    },
    {
      name: 'database',
      env: { DATABASE_TARGETS: targetsFile },
      tool: 'get_redis_info',
      input: { target: 'cache' },
      says: 'DATABASE_TARGETS',
    },
    {
      name: 'kubernetes',
      env: { KUBECONFIG: '/none' },
      tool: 'get_events',
      input: {},
      says: 'KUBECONFIG',
    },
    {
      name: 'signoz',
      env: { SIGNOZ_URL: 'http://127.0.0.1:1' },
      tool: 'list_services',
      input: { from: '2026-11-20T11:00:00Z', to: '2026-11-20T12:00:00Z' },
      says: 'SIGNOZ',
    },
    {
      name: 'slack',
      env: { SLACK_BOT_TOKEN: 'x', SLACK_API_URL: 'http://127.0.0.1:1/api/' },
      tool: 'get_identity',
      input: {},
      says: 'SLACK',
    },
  ];
  for (const { name, env, tool, input, says } of SERVERS) {
    const definition = () => ownServerByName(name, loadConfig(env));
    const checkTools = (
      tools: { name: string; annotations?: object; inputSchema: object; outputSchema?: object }[],
    ) => {
      expect(tools.map((one) => one.name)).to.include.members(Object.values(defaultCapabilities(name)));
      const writing = definition().tools.filter(({ readOnly }) => !readOnly);
      expect(writing.length > 0).to.equal(name === 'slack');
      for (const one of tools) {
        const annotations = writing.some((tool) => tool.name === one.name)
          ? { readOnlyHint: false }
          : { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
        expect(one.annotations, one.name).to.include(annotations);
        expect(one.inputSchema, one.name).to.have.property('type', 'object');
        expect(one.outputSchema, one.name).to.have.property('type', 'object');
      }
    };

    it(`lists the tools of ${name} and answers what is wrong, over stdio`, async () => {
      const client = new Client({ name: 'stock', version: '1' });
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [SCRIPT, name], env, stderr: 'ignore' }),
      );
      try {
        checkTools((await client.listTools()).tools);
        const failed = await client.callTool({ name: tool, arguments: input });
        expect(failed.isError).to.equal(true);
        expect(JSON.stringify(failed.content).toUpperCase()).to.include(says);
        if (Object.keys(input).length > 0) {
          const wrong = await client.callTool({ name: tool, arguments: { query: 7, target: 7, from: 7 } });
          expect(wrong.isError).to.equal(true);
        }
      } finally {
        await client.close();
      }
    });

    it(`lists the tools of ${name} to both generations of clients, over HTTP with its token`, async () => {
      const host = await serveHttp(definition(), { token: 't' });
      const requestInit = { headers: { authorization: 'Bearer t' } };
      const old = new Client({ name: 'stock', version: '1' });
      const modern = new ModernClient({ name: 'stock', version: '2' }, { versionNegotiation: { mode: 'auto' } });
      const stranger = new Client({ name: 'stock', version: '1' });
      try {
        await old.connect(new StreamableHTTPClientTransport(new URL(host.url), { requestInit }) as Transport);
        checkTools((await old.listTools()).tools);
        await modern.connect(new ModernTransport(new URL(host.url), { requestInit }));
        checkTools((await modern.listTools()).tools);
        expect((await modern.callTool({ name: tool, arguments: input })).isError).to.equal(true);
        const refused = await stranger
          .connect(new StreamableHTTPClientTransport(new URL(host.url)) as Transport)
          .catch((error) => error);
        expect(String(refused)).to.match(/401|bearer token/i);
        expect((await fetch(new URL('/healthz', host.url))).status).to.equal(200);
      } finally {
        await Promise.allSettled([old.close(), modern.close(), stranger.close()]);
        await host.close();
      }
    });
  }
});

function inputKeys(tool: string): string[] {
  const capability = CAPABILITY_NAMES.find((name) => CAPABILITIES[name].tool === tool)!;
  return Object.keys(CAPABILITIES[capability].input.shape);
}

async function checkTcp(target: ServerTarget): Promise<unknown> {
  const gateway = createMcpGateway({
    servers: [{ name: 'network', target, capabilities: defaultCapabilities('network') }],
  });
  try {
    const signal = new AbortController().signal;
    const { data } = await gateway.call('tcp.check', { host: '127.0.0.1', port: 1 }, { signal });
    return { ...data, durationMs: 0 };
  } finally {
    await gateway.close();
  }
}

async function startOverHttp(): Promise<{ child: ChildProcess; url: string }> {
  const args = [SCRIPT, 'network', '--http', '0', '--token', 't'];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...ENV }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [line] = (await once(child.stderr!, 'data')) as [Buffer];
  return { child, url: /http:\S+/.exec(String(line))![0] };
}
