import { LogLevel, WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import { expect } from 'chai';
import {
  type SlackSandbox,
  type SlackSandboxOptions,
  startSlackSandbox,
} from '../../scripts/sandbox/slack/start-slack-sandbox.ts';

const CHANNEL = 'C0ALERTS01';
const CHANNELS = [
  { id: CHANNEL, name: 'alerts' },
  { id: 'C0OTHER001', name: 'other', isMember: false },
  { id: 'C0OLD00001', name: 'old', isArchived: true },
];

describe('the simulated Slack, asked by the stock WebClient', () => {
  let slack: SlackSandbox;
  let client: WebClient;

  const clientFor = (token: string) =>
    new WebClient(token, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: {
        debug() {},
        info() {},
        warn() {},
        error() {},
        setLevel() {},
        setName() {},
        getLevel: () => LogLevel.ERROR,
      },
    });
  const start = async (options: Partial<SlackSandboxOptions> = {}) => {
    slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-1', channels: CHANNELS, ...options });
    client = clientFor('xoxb-1');
  };
  const refusal = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(WebAPIPlatformError);
    return (error as WebAPIPlatformError).data;
  };
  const word = async (call: Promise<unknown>) => (await refusal(call)).error;

  beforeEach(() => start());
  afterEach(() => slack.close());

  it('knows its bot and refuses missing and wrong tokens', async () => {
    expect(await client.auth.test()).to.include({ ok: true, user_id: slack.identity.botUserId });
    expect(await word(clientFor('xoxb-2').auth.test())).to.equal('invalid_auth');
    const bare = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' });
    expect(await bare.json()).to.deep.equal({ ok: false, error: 'not_authed' });
    expect(await word(client.apiCall('chat.conjure'))).to.equal('unknown_method');
  });

  it('takes JSON bodies as well as forms', async () => {
    const headers = { authorization: 'Bearer xoxb-1', 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify({ channel: CHANNEL, text: 'by JSON', blocks: [{ type: 'divider' }] });
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body });
    expect(await response.json()).to.include({ ok: true, channel: CHANNEL });
    expect(slack.messages(CHANNEL)[0]).to.deep.include({ text: 'by JSON', blocks: [{ type: 'divider' }] });
  });

  it('refuses with the words of Slack where a post cannot stand', async () => {
    await slack.close();
    await start({ rateLimits: null });
    const post = (args: Record<string, unknown>) => word(client.apiCall('chat.postMessage', { text: 'x', ...args }));
    expect(await post({ channel: 'C0NOWHERE' })).to.equal('channel_not_found');
    expect(await post({ channel: 'C0OTHER001' })).to.equal('not_in_channel');
    expect(await post({ channel: 'C0OLD00001' })).to.equal('is_archived');
    expect(await post({ channel: CHANNEL, thread_ts: '1.000001' })).to.equal('thread_not_found');
    expect(await post({ channel: CHANNEL, text: '' })).to.equal('no_text');
    expect(await post({ channel: CHANNEL, text: 'x'.repeat(40_001) })).to.equal('msg_too_long');
    expect(await post({ channel: CHANNEL, blocks: 'nonsense' })).to.equal('invalid_blocks_format');
    expect(await post({ channel: CHANNEL, metadata: 'nonsense' })).to.equal('invalid_metadata_format');
    expect(await post({ channel: CHANNEL, metadata: { event_type: 'a b', event_payload: {} } })).to.equal(
      'invalid_metadata_format',
    );
    expect(slack.messages(CHANNEL)).to.have.length(0);
  });

  it('says which block is wrong, and where', async () => {
    const long = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } };
    const refused = await refusal(client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [long] }));
    expect(refused.error).to.equal('invalid_blocks');
    expect(refused.response_metadata?.messages).to.deep.equal([
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ]);
    const many = Array.from({ length: 14 }, () => ({
      type: 'section',
      text: { type: 'mrkdwn', text: 'x'.repeat(1000) },
    }));
    expect(await word(client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: many }))).to.equal(
      'msg_blocks_too_long',
    );
  });

  it('keeps metadata for those who ask for it', async () => {
    const ts = slack.postAsUser(CHANNEL, 'alert');
    const metadata = { event_type: 'rca_report', event_payload: { run: 'inc-1/1', part: 1 } };
    const posted = await client.chat.postMessage({ channel: CHANNEL, thread_ts: ts, text: 'reply', metadata });
    const without = await client.conversations.replies({ channel: CHANNEL, ts });
    expect(without.messages?.[1]).to.include({ ts: posted.ts, thread_ts: ts, bot_id: slack.identity.botId });
    expect(without.messages?.[1]).not.to.have.property('metadata');
    const withAll = await client.conversations.replies({ channel: CHANNEL, ts, include_all_metadata: true });
    expect(withAll.messages?.[1]?.metadata).to.deep.equal(metadata);
    expect(await word(client.conversations.replies({ channel: CHANNEL, ts: '1.000001' }))).to.equal('thread_not_found');
  });

  it('hands out threads page by page', async () => {
    const ts = slack.postAsUser(CHANNEL, 'alert');
    for (let index = 0; index < 7; index++) slack.postAsUser(CHANNEL, `reply ${index}`, { threadTs: ts });
    const texts: (string | undefined)[] = [];
    for await (const page of client.paginate('conversations.replies', { channel: CHANNEL, ts, limit: 3 })) {
      const { messages } = page as unknown as { messages: { text: string }[] };
      expect(messages.length).to.be.at.most(3);
      texts.push(...messages.map(({ text }) => text));
    }
    expect(texts).to.deep.equal(['alert', ...Array.from({ length: 7 }, (_, index) => `reply ${index}`)]);
    const history = await client.conversations.history({ channel: CHANNEL });
    expect(history.messages).to.have.length(1);
    expect(history.messages?.[0]).to.include({ reply_count: 7 });
  });

  it('edits own messages only, and keeps what an edit leaves out', async () => {
    const foreign = slack.postAsUser(CHANNEL, 'mine');
    const blocks = [{ type: 'divider' }];
    const metadata = { event_type: 'card', event_payload: { run: '1' } };
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'one', blocks, metadata });
    await client.chat.update({ channel: CHANNEL, ts, text: 'two' });
    expect(slack.thread(CHANNEL, ts)[0]).to.deep.include({ text: 'two', blocks, metadata });
    expect(slack.thread(CHANNEL, ts)[0]?.versions.map(({ text }) => text)).to.deep.equal(['one', 'two']);
    const update = (args: { ts: string; text: string }) => word(client.chat.update({ channel: CHANNEL, ...args }));
    expect(await update({ ts: foreign, text: 'yours' })).to.equal('cant_update_message');
    expect(await update({ ts: '1.000001', text: 'x' })).to.equal('message_not_found');
    expect(await update({ ts, text: 'x'.repeat(4001) })).to.equal('msg_too_long');
  });

  it('makes a reply to a deleted message a root message, as Slack does', async () => {
    const ts = slack.postAsUser(CHANNEL, 'alert');
    slack.deleteAs(CHANNEL, ts);
    const posted = await client.chat.postMessage({ channel: CHANNEL, thread_ts: ts, text: 'reply' });
    expect(posted.message).not.to.have.property('thread_ts');
    await client.chat.delete({ channel: CHANNEL, ts: posted.ts ?? '' });
    expect(slack.messages(CHANNEL)).to.have.length(0);
  });

  it('takes files in three steps and shares them in the thread', async () => {
    const ts = slack.postAsUser(CHANNEL, 'alert');
    const file = { filename: 'evidence.txt', title: 'Evidence', content: 'größe\n'.repeat(10) };
    await client.files.uploadV2({ channel_id: CHANNEL, thread_ts: ts, ...file });
    const [shared] = slack.thread(CHANNEL, ts)[1]?.files ?? [];
    expect(shared).to.include({ name: file.filename, title: file.title, content: file.content });
  });

  it('allows about one post per second and channel, after a short burst', async () => {
    const post = () => client.chat.postMessage({ channel: CHANNEL, text: 'x' });
    for (let index = 0; index < 5; index++) await post();
    const error = await post().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(WebAPIRateLimitedError);
    expect((error as WebAPIRateLimitedError).retryAfter).to.equal(1);
    expect(slack.record.at(-1)).to.include({ method: 'chat.postMessage', status: 429, fault: 'rate_limited' });
    expect(slack.calls('chat.postMessage')).to.have.length(5);
  });

  it('has no limits where a bench switches them off', async () => {
    await slack.close();
    await start({ rateLimits: null });
    await Promise.all(Array.from({ length: 30 }, () => client.chat.postMessage({ channel: CHANNEL, text: 'x' })));
    expect(slack.messages(CHANNEL)).to.have.length(30);
  });

  it('lets a call have its effect and loses the answer when told to', async () => {
    slack.failNext('chat.postMessage', { kind: 'drop_answer' });
    await client.chat.postMessage({ channel: CHANNEL, text: 'x' }).catch(() => {});
    expect(slack.messages(CHANNEL)).to.have.length(1);
    slack.failNext('chat.postMessage', { kind: 'refuse_connection' });
    await client.chat.postMessage({ channel: CHANNEL, text: 'y' }).catch(() => {});
    expect(slack.messages(CHANNEL)).to.have.length(1);
    expect(slack.record.map(({ fault }) => fault)).to.deep.equal(['drop_answer', 'refuse_connection']);
  });

  it('goes down and comes back on the same port with its messages', async () => {
    slack.postAsUser(CHANNEL, 'before');
    await slack.stop();
    expect(await client.auth.test().catch(() => 'refused')).to.equal('refused');
    await slack.start();
    expect((await client.conversations.history({ channel: CHANNEL })).messages).to.have.length(1);
  });

  it('shows the channel with its threads as a page', async () => {
    const ts = slack.postAsUser(CHANNEL, 'disk is <full>');
    await client.chat.postMessage({ channel: CHANNEL, thread_ts: ts, text: 'the log partition is full' });
    const response = await fetch(`${slack.url}/`);
    const page = await response.text();
    expect(response.headers.get('content-type')).to.match(/^text\/html/);
    expect(page).to.include('alerts').and.include('the log partition is full').and.include('disk is &lt;full&gt;');
    expect((await fetch(`${slack.url}/?channel=C0NOWHERE`)).status).to.equal(404);
  });

  it('takes files in three steps, and refuses each with the words of Slack', async () => {
    const ask = (args: Record<string, unknown>) => client.apiCall('files.getUploadURLExternal', args);
    const complete = (args: Record<string, unknown>) => client.apiCall('files.completeUploadExternal', args);
    expect(await word(ask({ filename: 'a.png', length: 0 }))).to.equal('missing_argument');
    expect(await word(ask({ length: 3 }))).to.equal('invalid_arguments');
    expect(await word(ask({ filename: 'a.png', length: 3, alt_txt: 'x'.repeat(1001) }))).to.equal('alt_txt_too_large');
    const { upload_url: url, file_id: id } = (await ask({ filename: 'a.txt', length: 3 })) as unknown as {
      upload_url: string;
      file_id: string;
    };
    const files = [{ id, title: 'A' }];
    expect(await word(complete({ files, channel_id: CHANNEL }))).to.equal('file_not_found');
    expect((await fetch(url)).status).to.equal(405);
    expect((await fetch(url, { method: 'POST', body: 'four' })).status).to.equal(400);
    expect((await fetch(url, { method: 'POST', body: 'abc' })).status).to.equal(200);
    expect(await word(complete({ files, channel_id: 'C0NOWHERE' }))).to.equal('channel_not_found');
    expect(await word(complete({ files, channel_id: 'C0OTHER001' }))).to.equal('not_in_channel');
    expect(await complete({ files, channel_id: CHANNEL })).to.include({ ok: true });
    expect(await word(complete({ files, channel_id: CHANNEL }))).to.equal('file_not_found');
    expect(slack.messages(CHANNEL).at(-1)?.files[0]).to.include({ id, content: 'abc', mimetype: 'text/plain' });
    expect(await word(client.apiCall('files.delete', { file: 'F0NONE' }))).to.equal('file_not_found');
  });

  it('waits for a state, and gives up with the signal', async () => {
    const found = slack.waitFor(() => slack.messages(CHANNEL).find(({ text }) => text === 'now'));
    slack.postAsUser(CHANNEL, 'not yet');
    slack.postAsUser(CHANNEL, 'now');
    expect((await found).text).to.equal('now');
    const never = slack.waitFor(() => null, AbortSignal.timeout(20));
    expect(await never.catch((error: Error) => error.name)).to.equal('TimeoutError');
  });
});
