import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { createMcpGateway } from '../../../src/shared/mcp/mcp-gateway.ts';
import { parseMcpConfig } from '../../../src/shared/mcp/read-mcp-config.ts';
import { toForeignTools } from '../../../src/workers/llm/foreign-tools/foreign-tool.ts';
import { REPOSITORY } from '../../support/module-imports.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/mcp.md'), 'utf8');
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

describe('docs/mcp.md', () => {
  it('offers the LLM the tools that it says, by the entry that it shows', async () => {
    const [, snippet = ''] = /```json name=tools-for-the-llm\n([\s\S]*?)```/.exec(PAGE) ?? [];
    const { mcpServers } = JSON.parse(snippet) as { mcpServers: Record<string, { args: string[]; command: string }> };
    const [yes, wanted, transport] = mcpServers.everything!.args;
    expect([yes, wanted]).to.deep.equal(['-y', `@modelcontextprotocol/server-everything@${installed()}`]);
    // The very version that the page names, as it is installed here.
    Object.assign(mcpServers.everything!, { command: process.execPath, args: [EVERYTHING, transport] });
    const servers = parseMcpConfig(JSON.stringify({ mcpServers }), { path: 'mcp.json', env: {} });
    const gateway = createMcpGateway({ servers });
    const { tools } = toForeignTools(await gateway.tools(new AbortController().signal));
    await gateway.close();
    const names = tools.map(({ chat }) => chat.name);
    expect(names).to.deep.equal(['everything__echo', 'everything__get-structured-content']);
    for (const name of names) expect(PAGE).to.include(`\`${name}\``);
  });
});

function installed(): string {
  const { devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  return devDependencies['@modelcontextprotocol/server-everything'];
}
