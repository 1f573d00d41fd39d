/** An MCP server over HTTP in a process of its own whose tools answer at once with one small thing; its first line on stdout is its address. */
import { serveHttp } from '../../../src/shared/mcp/sdk/serve-http.ts';
import { toolFor } from '../../../src/shared/mcp/server-definition.ts';

const about = (what: string) => ({ title: what, description: what });

const tools = [
  toolFor('logs.query', {
    ...about('One line'),
    run: async ({ to }) => ({
      data: {
        rows: [{ at: to, severity: 'ERROR', service: 'checkout', body: 'no free connection', attributes: {} }],
        hasMore: false,
        warning: null,
      },
      text: 'no free connection',
    }),
  }),
  toolFor('pods.status', { ...about('No pods'), run: async () => ({ data: { pods: [] }, text: 'no pods' }) }),
];
const host = await serveHttp({ name: 'bench-tools', version: '1.0.0', tools });
console.log(host.url);
