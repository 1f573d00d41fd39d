import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { startKubernetesSandbox } from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { startPrometheusSandbox } from '../../scripts/sandbox/prometheus/start-prometheus-sandbox.ts';
import { SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { startSignozSandbox } from '../../scripts/sandbox/signoz/start-signoz-sandbox.ts';
import { startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { CAPABILITIES, type Capability } from '../../src/shared/mcp/capabilities.ts';
import { defaultCapabilities } from '../../src/shared/mcp/configured-server.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';
import { SdkConnection } from '../../src/shared/mcp/sdk/sdk-connection.ts';
import type { ServerTarget } from '../../src/shared/mcp/server-target.ts';
import { REPOSITORY } from '../support/module-imports.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/mcp.md'), 'utf8');
/** Where the page says that the fleet is. */
const THERE = '/srv/rca-fleet';

const snippets = [...PAGE.matchAll(/^```(jsonc?)(?: name=(\S+))?\n([\s\S]*?)^```/gm)].flatMap(([, kind, name, text]) =>
  // The commented ones are one file a line.
  (kind === 'jsonc' ? text!.trim().split('\n') : [text!]).map((one) => ({ name: name ?? null, text: one })),
);
const snippet = (name: string) => snippets.find((one) => one.name === name)!.text;

const wait = () => ({ signal: new AbortController().signal, deadlineMs: 30_000 });

describe('the snippets of docs/mcp.md', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-snippets-'));
  const targets = join(folder, 'targets.yaml');
  writeFileSync(targets, 'targets: { cache: { url: "redis://127.0.0.1:1" } }\n');
  writeFileSync(join(folder, 'signoz'), 'key-of-a-file\n');
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (text: string) => {
    const here = text.replaceAll('/run/secrets/', `${folder}/`).replaceAll(THERE, REPOSITORY);
    return parseMcpConfig(here, { path: join(folder, 'mcp.json'), env: {} });
  };

  it('are read by the fleet without a fault, every one of them', () => {
    expect(snippets.length).to.be.above(9);
    for (const { text } of snippets) expect(() => read(text), text).to.not.throw();
  });

  it('show every server of ours', () => {
    const folders = readdirSync(join(REPOSITORY, 'src/shared/mcp/servers'), { withFileTypes: true });
    const own = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(read(snippet('our-servers')).map(({ name }) => name)).to.have.members(own);
  });

  describe('start our servers over stdio, where they answer', () => {
    const closing: (() => Promise<unknown>)[] = [];
    afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

    /** For each server what the placeholders of its snippet become here, and a question that only they can answer. */
    type Case = { env: () => Promise<Record<string, string>>; ask: [tool: string, input: object]; says: RegExp };
    const keep = <T extends { close(): Promise<unknown> }>(service: T): T => {
      closing.push(() => service.close());
      return service;
    };
    const range = () => ({ from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() });
    const CASES: Record<string, Case> = {
      kubernetes: {
        env: async () => {
          const cluster = keep(await startKubernetesSandbox({ scenarios: Object.values(SCENARIOS) }));
          return { KUBECONFIG: cluster.kubeconfigPath, KUBERNETES_NAMESPACES: 'shop,data' };
        },
        ask: ['get_pod_status', { service: 'user-service' }],
        says: /2 of 3 pods ready/,
      },
      signoz: {
        env: async () => {
          const signoz = keep(await startSignozSandbox({ apiKey: 'key', scenarios: [SCENARIOS.pool] }));
          return { SIGNOZ_URL: signoz.url, SIGNOZ_API_KEY: 'key' };
        },
        ask: ['query_logs', range()],
        says: /user-service/,
      },
      prometheus: {
        env: async () => {
          const samples = [[Date.now() - 1000, 1]] as [number, number][];
          const up = { labels: { __name__: 'up', job: 'shop' }, samples };
          return { PROMETHEUS_URL: keep(await startPrometheusSandbox({ series: () => [up] })).url };
        },
        ask: ['query_instant', { query: 'up' }],
        says: /job=shop/,
      },
      database: {
        env: async () => ({ DATABASE_TARGETS: targets }),
        ask: ['list_database_targets', {}],
        says: /cache: redis at 127\.0\.0\.1:1/,
      },
      network: {
        env: async () => ({ NETWORK_ALLOWED_HOSTS: '127.0.0.1' }),
        ask: ['check_tcp', { host: '127.0.0.1', port: 1 }],
        says: /127\.0\.0\.1/,
      },
      slack: {
        env: async () => {
          const slack = keep(await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-1' }));
          return { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_API_URL: slack.apiUrl };
        },
        ask: ['list_channels', {}],
        says: /#alerts/,
      },
    };
    for (const [name, { env, ask, says }] of Object.entries(CASES)) {
      it(name, async () => {
        const { target } = read(snippet('our-servers')).find((one) => one.name === name)!;
        if (target.kind !== 'stdio') throw new Error(`the snippet of ${name} starts nothing`);
        const own = await env();
        // A variable of the snippet that nobody reads would be of no use to anybody.
        for (const variable of Object.keys(target.env ?? {})) expect(own, variable).to.have.property(variable);
        const started: ServerTarget = { ...target, env: { ...target.env, ...own, NODE_ENV: 'test' } };
        const connection = keep(new SdkConnection(name, started));
        const tools = await connection.listTools(wait());
        expect(tools.map((tool) => tool.name)).to.include.members(Object.values(defaultCapabilities(name)));
        const [tool, input] = ask;
        const answer = await connection.callTool(tool, { ...input }, wait());
        expect([answer.isError, says.test(answer.text)], answer.text).to.deep.equal([false, true]);
      });
    }
  });

  it('reach a server over HTTP that was started as they say', async () => {
    const [, line = ''] = /```sh name=our-servers-http\n(.+)\n```/.exec(PAGE) ?? [];
    const [, name = '', token = ''] = /mcp-server -- (\w+) --http \d+ --token (\S+)$/.exec(line) ?? [];
    expect(line).to.match(/^DATABASE_TARGETS=\S+ npm run --silent mcp-server -- /);
    const script = join(REPOSITORY, 'scripts/mcp-server.ts');
    const child = spawn(process.execPath, [script, name, '--http', '0', '--token', token], {
      env: { ...process.env, DATABASE_TARGETS: targets, NODE_ENV: 'test' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const { target } = read(snippet('our-servers-http'))[0]!;
      if (target.kind !== 'http') throw new Error('the snippet reaches nothing over HTTP');
      const connection = new SdkConnection(name, { ...target, url: await listening(child) });
      const tools = await connection.listTools(wait());
      await connection.close();
      const own = Object.keys(CAPABILITIES).filter((one) => CAPABILITIES[one as Capability].server === name);
      expect(tools.length).to.be.at.least(own.length);
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
  });

  it('name only variables that there are', () => {
    const servers = read(snippet('our-servers'));
    const variables = servers.flatMap(({ target }) => (target.kind === 'stdio' ? Object.keys(target.env ?? {}) : []));
    const example = readFileSync(join(REPOSITORY, '.env.example'), 'utf8');
    for (const variable of variables) expect(example, variable).to.match(new RegExp(`^#?${variable}=`, 'm'));
    expect(() => loadConfig({ KUBERNETES_NAMESPACES: 'shop,data' })).to.not.throw();
  });
});

/** The address that a server of ours tells on stderr once it listens. */
async function listening(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stderr! })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}
