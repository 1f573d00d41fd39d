import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mergeServers, ownServer } from '../../../../src/shared/mcp/configured-server.ts';
import { parseMcpConfig, readMcpConfig } from '../../../../src/shared/mcp/read-mcp-config.ts';
import { fixtureServer } from './support/fixture-server.ts';

const parse = (servers: unknown, env: Record<string, string> = {}) =>
  parseMcpConfig(JSON.stringify({ mcpServers: servers }), { path: 'mcp.json', env });

describe('readMcpConfig', () => {
  it('reads child processes and remote servers with the fields that people have', () => {
    const servers = parse({
      kubernetes: { command: 'npx', args: ['-y', 'kubernetes-mcp-server'], env: { KUBECONFIG: '/k' }, autoApprove: [] },
      signoz: { type: 'http', url: 'http://127.0.0.1:8000/mcp', headers: { 'SIGNOZ-API-KEY': 'k' } },
      off: { command: 'x', disabled: true },
    });
    expect(servers.map((server) => server.name)).to.deep.equal(['kubernetes', 'signoz']);
    expect(servers[0]!.target).to.deep.equal({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', 'kubernetes-mcp-server'],
      env: { KUBECONFIG: '/k' },
      cwd: undefined,
    });
    expect(servers[1]!.target).to.deep.equal({
      kind: 'http',
      url: 'http://127.0.0.1:8000/mcp',
      headers: { 'SIGNOZ-API-KEY': 'k' },
    });
  });

  it('maps the capabilities of our server of that name, and those the entry names', () => {
    const [server] = parse({ kubernetes: { command: 'x', capabilities: { 'pods.logs': 'pods_log' } } });
    expect(server!.capabilities).to.include({ 'pods.logs': 'pods_log', 'events.list': 'get_events' });
  });

  it('puts variables into texts and names the one that is missing', () => {
    const headers = { Authorization: 'Bearer $'.concat('{TOKEN}'), x: '$'.concat('{X:-none}') };
    const entry = { url: 'http://127.0.0.1/mcp', headers };
    const [server] = parse({ a: entry }, { TOKEN: 'secret' });
    expect(server!.target).to.deep.include({ headers: { Authorization: 'Bearer secret', x: 'none' } });
    expect(() => parse({ a: entry })).to.throw('mcpServers.a.headers.Authorization: the variable TOKEN is not set');
  });

  it('names the file and every faulty field', () => {
    const bad = () =>
      parse({ a: { url: 'nope' }, b: {}, c: { command: 'x', args: 'y' }, d: { type: 'sse', url: 'http://h/' } });
    expect(bad)
      .to.throw('mcp.json is not valid')
      .with.property('message')
      .that.includes('mcpServers.a.url: is not an http(s) URL')
      .and.includes('mcpServers.b: needs "command"')
      .and.includes('mcpServers.c.args')
      .and.includes('mcpServers.d: the transport "sse"');
    expect(() => parse({ a: { command: 'x', capabilities: { 'pods.los': 'y' } } })).to.throw(
      'mcpServers.a.capabilities',
    );
    expect(() => parseMcpConfig('{', { path: 'mcp.json', env: {} })).to.throw('mcp.json is not JSON');
    expect(() => parseMcpConfig('[]', { path: 'mcp.json', env: {} })).to.throw('the field "mcpServers"');
    expect(() => readMcpConfig('/does/not/exist.json', {})).to.throw('MCP_CONFIG /does/not/exist.json cannot be read');
  });

  it('lets a server of the file replace ours of the same name and go before the others', () => {
    const own = ownServer(fixtureServer());
    const other = { ...own, name: 'other' };
    const [file] = parse({ fixture: { command: 'x' } });
    expect(mergeServers([own, other], [file!])).to.deep.equal([file, other]);
  });

  it("reads VS Code's files: its key, its comments, its variables, its envFile", () => {
    const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-mcp-'));
    writeFileSync(join(folder, 'own.env'), 'TOKEN=from-file\nOTHER="two words"\n');
    const text = `{
      // servers of this workspace
      "inputs": [{ "id": "unused" }],
      "servers": {
        "github": { "type": "stdio", "command": "npx", "args": ["-y", "https://x/y" /* no comment: // */, "\u0024{env:WHO}"],
          "envFile": "own.env", "env": { "OTHER": "explicit", "HOME_DIR": "\u0024{userHome}", "HERE": "\u0024{workspaceFolder}" }, },
      },
    }`;
    const [server] = parseMcpConfig(text, { path: join(folder, 'mcp.json'), env: { WHO: 'me' } });
    expect(server!.target).to.deep.include({ args: ['-y', 'https://x/y', 'me'] });
    const env = { TOKEN: 'from-file', OTHER: 'explicit', HOME_DIR: homedir(), HERE: folder };
    expect(server!.target).to.deep.include({ env });
    const settings = JSON.stringify({ mcp: { servers: { a: { url: 'http://127.0.0.1/mcp' } } } });
    expect(parseMcpConfig(settings, { path: 'settings.json', env: {} })).to.have.length(1);
    rmSync(folder, { recursive: true });
  });

  it('reads what we add: endpoints, discovery, policies, scope, offered tools, cost and templates', () => {
    const [several, found] = parse({
      several: {
        endpoints: ['http://a/mcp', { url: 'http://b/mcp', headers: { y: '2' } }],
        headers: { x: '1' },
        policy: { concurrency: 4, balance: 'round_robin', tools: { 'query_*': { cacheTtlMs: 60000 } } },
        scope: { namespaces: ['shop'] },
        tools: { allow: ['find'] },
        cost: 5,
        capabilities: {
          'pods.logs': {
            tool: 'kubectl_logs',
            arguments: { name: '{pod}', tail: '{tailLines}' },
            reader: 'log-lines',
            readOnly: true,
          },
        },
      },
      found: { discover: { srv: '_mcp._tcp.example.com', scheme: 'https' }, headers: { x: '1' } },
    });
    expect(several).to.deep.include({
      cost: 5,
      scope: { namespaces: ['shop'] },
      tools: { allow: ['find'], readOnly: [] },
    });
    expect(several!.target).to.deep.equal({ kind: 'http', url: 'http://a/mcp', headers: { x: '1' } });
    expect(several!.replicas).to.deep.equal([{ kind: 'http', url: 'http://b/mcp', headers: { x: '1', y: '2' } }]);
    expect(several!.policy).to.deep.include({ concurrency: 4, balance: 'round_robin' });
    expect(several!.capabilities['pods.logs']).to.deep.include({ tool: 'kubectl_logs', readOnly: true });
    expect(found!.discover).to.deep.include({ srv: '_mcp._tcp.example.com', path: '/mcp', everyMs: 15_000 });
  });

  it('knows servers that others wrote by what starts them, and by map', () => {
    const [kubernetes, mapped, grafana] = parse({
      cluster: { command: 'npx', args: ['-y', 'kubernetes-mcp-server@latest'] },
      anything: { url: 'http://127.0.0.1/mcp', map: 'slack-reference' },
      'mcp-grafana': { url: 'http://127.0.0.1/mcp', values: { lokiUid: 'L1' } },
    });
    expect(kubernetes!.capabilities['pods.logs']).to.include({ tool: 'pods_log' });
    expect(mapped!.capabilities['slack.post_thread_reply']).to.include({ tool: 'slack_reply_to_thread' });
    expect(grafana!.capabilities['logs.query']).to.have.nested.property('arguments.datasourceUid', 'L1');
    // Which Prometheus is meant was not said.
    expect(grafana!.capabilities).to.not.have.property('metrics.query');
  });

  it('names every fault of what we add, each with what to do', () => {
    const input = '$'.concat('{input:token}');
    const bad = () =>
      parse({
        a: { url: 'http://h/mcp', policy: { concurency: 3 } },
        b: {
          url: 'http://h/mcp',
          capabilities: { 'pods.logs': { tool: 't', arguments: { x: '{podd}', y: '{pod:shout}' } } },
        },
        c: { url: 'http://h/mcp', capabilities: { 'pods.logs': { tool: 't', reader: 'nonsense' } } },
        d: { url: 'http://h/mcp', headers: { authorization: input } },
        e: { url: 'http://h/mcp', headers: { authorization: '$'.concat('{file:/does/not/exist}') } },
        f: { url: 'http://h/mcp', endpoints: ['http://i/mcp'] },
        g: { discover: { dns: 'x' } },
        h: { command: 'x', auth: { type: 'bearer', tokenFile: '/does/not/exist' } },
        i: { url: 'http://h/mcp', map: 'unknown' },
      });
    const parts = [
      'mcpServers.a.policy: ',
      '"concurency"',
      'mcpServers.b.capabilities.pods.logs.arguments: {podd} names no argument: there are namespace, pod',
      '{pod:shout}: the formats are ms',
      'mcpServers.c.capabilities.pods.logs: is neither',
      'mcpServers.d.headers.authorization: $'.concat('{input:token} would have to be asked for: use'),
      'mcpServers.e.headers.authorization: the file /does/not/exist cannot be read (ENOENT)',
      'mcpServers.f: has both "url" and "endpoints"',
      'mcpServers.g.discover: is none of',
      'mcpServers.h.auth.tokenFile: is not a readable file',
      'mcpServers.i.map: ',
      'kubernetes-mcp-server',
    ];
    for (const part of parts) expect(bad).to.throw().with.property('message').that.includes(part);
    const two = JSON.stringify({ mcpServers: {}, servers: {} });
    expect(() => parseMcpConfig(two, { path: 'm.json', env: {} })).to.throw('has both "mcpServers" and "servers"');
  });

  it('accepts every example of docs/mcp.md', () => {
    const text = readFileSync(new URL('../../../../docs/mcp.md', import.meta.url), 'utf8').replaceAll(
      '/run/secrets/signoz',
      import.meta.filename,
    );
    const blocks = [...text.matchAll(/```jsonc?\n([\s\S]*?)```/g)].map((match) => match[1]!);
    // The first holds three files, one in each line.
    const files = blocks.flatMap((block) => (block.startsWith('{\n') ? [block] : block.trim().split('\n')));
    expect(files.length).to.be.at.least(5);
    for (const file of files) expect(() => parseMcpConfig(file, { path: 'docs/mcp.md', env: {} }), file).to.not.throw();
  });
});
