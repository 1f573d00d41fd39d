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
});
