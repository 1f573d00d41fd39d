import { expect } from 'chai';
import { freePort } from '../../scripts/servers/free-port.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { mongodbMcpServer } from '../support/peers/mongodb-mcp-server.ts';

const signal = new AbortController().signal;
/** `connect` would let a model choose the server, `export` writes files. */
const ALLOWED = [
  'find',
  'count',
  'explain',
  'db-stats',
  'list-databases',
  'list-collections',
  'collection-*',
  'insert-many',
];

describe("MongoDB's own MCP server behind the gateway, by its entry alone", function () {
  this.timeout(360_000);
  let gateway: ToolGateway | null = null;
  before(async function () {
    const program = mongodbMcpServer();
    if (!program) return this.skip();
    const env = {
      MDB_MCP_CONNECTION_STRING: `mongodb://127.0.0.1:${await freePort()}/shop?serverSelectionTimeoutMS=500`,
      MDB_MCP_READ_ONLY: 'true',
      MDB_MCP_TELEMETRY: 'disabled',
    };
    const entry = { command: process.execPath, args: [program], env, tools: { allow: ALLOWED } };
    const text = JSON.stringify({ mcpServers: { 'mongodb-mcp-server': entry } });
    gateway = createMcpGateway({
      servers: parseMcpConfig(text, { path: 'mcp.json', env: {} }),
      limits: { attempts: 1 },
    });
    // The first start reads 190 MB of it.
    await eventually('the server is up', async () => (await gateway!.health(signal))[0]!.ok, 60_000);
  });
  after(() => gateway?.close());

  it('lists its tools, of which those that only read are on offer', async () => {
    const offered = (await gateway!.tools(signal)).map(({ tool }) => tool);
    expect(offered).to.include.members(['find', 'count', 'list-databases', 'collection-schema']);
    for (const tool of ['connect', 'export', 'insert-many']) expect(offered).to.not.include(tool);
  });

  it('reports a database that is down, within the deadline, and goes on', async () => {
    const tool = { server: 'mongodb-mcp-server', tool: 'list-databases' };
    const call = () => gateway!.callTool(tool, { connectionId: 'preconfigured' }, { signal });
    for (let time = 0; time < 2; time++) {
      const error = (await rejection(call())) as Error & { failure: string };
      expect(error).to.have.property('failure', 'tool_error');
      expect(error.message).to.match(/connect/i);
    }
    expect((await gateway!.health(signal))[0]).to.include({ ok: true });
  });
});
