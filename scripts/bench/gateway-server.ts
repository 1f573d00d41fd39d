/** An MCP server over HTTP in a process of its own whose tool answers at once; its first line on stdout is its address. */
import { serveHttp } from '../../src/shared/mcp/sdk/serve-http.ts';
import { toolFor } from '../../src/shared/mcp/server-definition.ts';

const tool = toolFor('slack.channel_info', {
  title: 'Answers at once',
  description: 'Answers at once.',
  run: async ({ channel }) => ({
    data: { id: channel, name: 'alerts', isMember: true, isArchived: false },
    text: 'ok',
  }),
});
const host = await serveHttp({ name: 'bench', version: '1.0.0', tools: [tool] });
console.log(host.url);
