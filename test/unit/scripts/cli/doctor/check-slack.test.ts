import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { checkSlack } from '../../../../../scripts/cli/doctor/check-slack.ts';
import { loadConfig } from '../../../../../src/shared/config.ts';
import { silentLogger } from '../../../../../src/shared/logger.ts';
import type { McpGateway } from '../../../../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../../../../src/shared/mcp/open-gateway.ts';
import { createMetrics } from '../../../../../src/shared/metrics.ts';

/** A Slack that names the scopes of the token in its header, as the real one does. */
async function slackWithScopes(scopes: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': scopes });
    response.end(JSON.stringify({ ok: true, team_id: 'T1', user_id: 'U1', bot_id: 'B1' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function look(scopes: string) {
  const server = await slackWithScopes(scopes);
  const { port } = server.address() as AddressInfo;
  const config = loadConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_API_URL: `http://127.0.0.1:${port}/api/` });
  const gateway = openGateway(config, silentLogger, createMetrics());
  try {
    return await checkSlack(config.slack, gateway).run(AbortSignal.timeout(5_000));
  } finally {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  }
}

describe("the doctor's look at Slack", () => {
  it('reads the scopes of the token from the header that Slack sends', async () => {
    const good = await look('chat:write,channels:read,channels:history');
    expect(good.map(({ what, status }) => `${what} ${status}`)).to.deep.equal([
      'Slack ok',
      'Slack default channel off',
      'Slack scopes ok',
      'Slack charts off',
    ]);
    const poor = await look('chat:write,files:write');
    expect(poor.at(-1)).to.include({ what: 'Slack charts', status: 'ok' });
    expect(poor.at(-2)).to.include({
      status: 'failed',
      detail: 'the token lacks channels:read or groups:read, channels:history or groups:history',
    });
  });

  it('says that charts stay out where their scope or their tool is missing', async () => {
    const [charts] = (await look('chat:write')).filter(({ what }) => what === 'Slack charts');
    expect(charts?.detail).to.include('lacks files:write').and.include('reports go out without charts');
    const without = { has: (name: string) => name === 'slack.identity', call: async () => ({ text: 'me' }) };
    const config = loadConfig({ SLACK_BOT_TOKEN: 'xoxb-1' });
    const lines = await checkSlack(config.slack, without as unknown as McpGateway).run(AbortSignal.timeout(5_000));
    expect(lines.at(-1)).to.include({ what: 'Slack charts', status: 'off' });
    expect(lines.at(-1)?.detail).to.include('has no tool upload_image');
  });
});
