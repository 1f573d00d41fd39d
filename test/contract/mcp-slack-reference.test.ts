import { createRequire } from 'node:module';
import { expect } from 'chai';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { parseMcpConfig } from '../../src/shared/mcp/read-mcp-config.ts';

const ENTRY = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-slack/dist/index.js');
const CHANNEL = 'C0ALERTS01';
const TOKEN = 'xoxb-sandbox-token';
const signal = new AbortController().signal;

/** The server has Slack's address built in: what goes there is led to the simulated Slack. */
const REDIRECT = `data:text/javascript,${encodeURIComponent(
  'const real = globalThis.fetch;' +
    "globalThis.fetch = (url, init) => real(String(url).replace('https://slack.com/api/', process.env.SANDBOX_API), init);",
)}`;

describe('the Slack reference server behind the gateway, by its entry alone', () => {
  let slack: SlackSandbox;
  let gateway: ToolGateway;
  const open = (token: string) => {
    const env = { SLACK_BOT_TOKEN: token, SLACK_TEAM_ID: 'T0', SANDBOX_API: slack.apiUrl };
    const entry = { command: process.execPath, args: ['--import', REDIRECT, ENTRY], env };
    const text = JSON.stringify({ mcpServers: { slack: entry } });
    gateway = createMcpGateway({
      servers: parseMcpConfig(text, { path: 'mcp.json', env: {} }),
      limits: { attempts: 1 },
    });
    return gateway;
  };
  beforeEach(async () => {
    slack = await startSlackSandbox({ signingSecret: 's', botToken: TOKEN, rateLimits: null });
  });
  afterEach(async () => {
    await gateway.close();
    await slack.close();
  });

  it('posts a reply into a thread and reads the thread back', async () => {
    open(TOKEN);
    const root = await gateway.call('slack.post_message', { channel: CHANNEL, text: 'alert' }, { signal });
    const threadTs = root.data.ts;
    const reply = { channel: CHANNEL, threadTs, text: 'the root cause' };
    const { data } = await gateway.call('slack.post_thread_reply', reply, { signal });
    expect(slack.thread(CHANNEL, threadTs).map(({ ts, text }) => [ts, text])).to.deep.equal([
      [threadTs, 'alert'],
      [data.ts, 'the root cause'],
    ]);
    const thread = await gateway.call('slack.thread_info', { channel: CHANNEL, threadTs }, { signal });
    expect(thread.data.messages.map(({ text }) => text)).to.deep.equal(['alert', 'the root cause']);
    const history = await gateway.call('slack.channel_history', { channel: CHANNEL }, { signal });
    expect(history.data.messages.map(({ text }) => text)).to.include('alert');
  });

  it('tells a refusal of Slack as what it is: nothing was posted', async () => {
    open(TOKEN);
    const post = gateway.call('slack.post_message', { channel: 'C0NOWHERE', text: 'x' }, { signal });
    const error = await post.catch((thrown) => thrown);
    expect(error).to.include({ failure: 'not_found', ambiguous: false, detail: 'channel_not_found' });
  });

  it('tells a wrong token as auth', async () => {
    open('xoxb-wrong');
    const post = gateway.call('slack.post_message', { channel: CHANNEL, text: 'x' }, { signal });
    expect(await post.catch((thrown) => thrown)).to.include({ failure: 'auth', ambiguous: false });
  });
});
