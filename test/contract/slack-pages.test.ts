import { expect } from 'chai';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createSlackServer } from '../../src/shared/mcp/servers/slack/slack-server.ts';
import { allPages, secondPage } from '../support/all-pages.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const CHANNEL = 'C0ALERTS01';

type Message = { ts: string; text: string };
const textsOf = (pages: Message[][]) => pages.map((page) => page.map(({ text }) => text));

describe('the pages of the slack server', () => {
  let slack: SlackSandbox;
  let server: ServerDefinition;

  beforeEach(async () => {
    slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-1' });
    server = createSlackServer({ botToken: 'xoxb-1', apiUrl: slack.apiUrl, timeoutMs: 5_000 });
  });
  afterEach(() => slack.close());

  const post = (count: number, more: { threadTs?: string } = {}) => {
    for (let index = 0; index < count; index++) slack.postAsUser(CHANNEL, String(index), more);
  };

  it('are together the channel, newest first, also where others write meanwhile', async () => {
    post(7);
    const input = { channel: CHANNEL, limit: 3 };
    const pages = await allPages<Message>(server, 'get_channel_history', input, 'messages');
    expect(textsOf(pages)).to.deep.equal([['6', '5', '4'], ['3', '2', '1'], ['0']]);
    const cursor = await secondPage(server, 'get_channel_history', input);
    post(2);
    const { data } = await runCapability(server, 'slack.channel_history', { ...input, cursor });
    expect(data.messages.map(({ text }) => text)).to.deep.equal(['3', '2', '1']);
  });

  it('end where a page ends with the channel', async () => {
    post(6);
    const pages = await allPages(server, 'get_channel_history', { channel: CHANNEL, limit: 3 }, 'messages');
    expect(pages.map((page) => page.length)).to.deep.equal([3, 3]);
  });

  it('are together the thread: its root and latest replies, then those between them', async () => {
    const threadTs = slack.postAsUser(CHANNEL, 'alert');
    post(8, { threadTs });
    const thread = (limit: number) =>
      allPages<Message>(server, 'get_thread_info', { channel: CHANNEL, threadTs, limit }, 'messages');
    expect(textsOf(await thread(4))).to.deep.equal([
      ['alert', '5', '6', '7'],
      ['0', '1', '2'],
      ['3', '4'],
    ]);
    for (const limit of [2, 3, 5, 8, 9, 20]) {
      const texts = textsOf(await thread(limit)).flat();
      expect(texts.toSorted(), String(limit)).to.deep.equal(['0', '1', '2', '3', '4', '5', '6', '7', 'alert']);
    }
    const whole = await runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs, limit: 9 });
    expect(whole.data).to.include({ hasMore: false, nextCursor: null });
  });

  it('reach the end of a thread that is too long to be read at once', async function () {
    this.timeout(30_000);
    const threadTs = slack.postAsUser(CHANNEL, 'alert');
    post(5_205, { threadTs });
    const input = { channel: CHANNEL, threadTs, limit: 1000 };
    const pages = await allPages<Message>(server, 'get_thread_info', input, 'messages');
    expect(pages[0]?.map(({ text }) => text).slice(0, 2)).to.deep.equal(['alert', '4000']);
    const texts = pages.flat().map(({ text }) => text);
    expect([texts.length, new Set(texts).size]).to.deep.equal([5_206, 5_206]);
    expect(pages.at(-1)?.at(-1)?.text).to.equal('5204');
  });

  it('are together the channels', async () => {
    for (let index = 0; index < 5; index++) {
      slack.setChannel({
        id: `C0MORE000${index}`,
        name: `more-${index}`,
        isMember: index > 2,
        isArchived: index === 0,
      });
    }
    const pages = await allPages<{ name: string; isMember: boolean }>(
      server,
      'list_channels',
      { limit: 2 },
      'channels',
    );
    const names = pages.flat().map(({ name }) => name);
    expect(names).to.include.members(['more-1', 'more-2', 'more-3', 'more-4']).and.not.include('more-0');
    expect(new Set(names).size).to.equal(names.length);
    expect(pages.flat().find(({ name }) => name === 'more-4')).to.include({ isMember: true });
  });

  it('refuse a cursor of another channel, one that was changed, and one that Slack has forgotten', async () => {
    post(4);
    const input = { channel: CHANNEL, limit: 2 };
    const cursor = await secondPage(server, 'get_channel_history', input);
    const history = (more: Record<string, unknown>) =>
      failureOf(runTool(server, 'get_channel_history', { ...input, ...more }));
    expect(await history({ channel: 'C0OTHER001', cursor })).to.include({ detail: 'invalid_cursor' });
    expect(await history({ cursor: `${cursor}x` })).to.include({ failure: 'bad_request', detail: 'invalid_cursor' });
    slack.failNext('conversations.history', { kind: 'error', error: 'invalid_cursor' });
    const failure = await history({ cursor });
    expect(failure).to.include({ failure: 'bad_request', detail: 'expired_cursor', retryable: false });
    expect(failure.message).to.include('call get_channel_history again without it');
  });
});
