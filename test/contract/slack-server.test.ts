import { expect } from 'chai';
import type { Fault } from '../../scripts/sandbox/http/faults.ts';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createSlackServer } from '../../src/shared/mcp/servers/slack/slack-server.ts';
import { runCapability } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const CHANNEL = 'C0ALERTS01';

describe('the slack server against the simulated Slack', () => {
  let slack: SlackSandbox;
  let server: ServerDefinition;
  let threadTs: string;

  beforeEach(async () => {
    slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-1' });
    server = createSlackServer({ botToken: 'xoxb-1', apiUrl: slack.apiUrl, timeoutMs: 1000 });
    threadTs = slack.postAsUser(CHANNEL, 'alert');
  });
  afterEach(() => slack.close());

  const reply = (more: Record<string, unknown> = {}, signal?: AbortSignal) =>
    runCapability(server, 'slack.post_thread_reply', { channel: CHANNEL, threadTs, text: 'RCA', ...more }, signal);
  const failed = async (method: string, fault: Fault, call: () => Promise<unknown>) => {
    slack.failNext(method, fault);
    return failureOf(call());
  };

  it('replies in a thread without previews and finds the reply by its metadata', async () => {
    const metadata = { event_type: 'rca_report', event_payload: { run: 'inc-1/1' } };
    const { data } = await reply({ metadata, blocks: [{ type: 'divider' }] });
    expect(slack.calls('chat.postMessage')[0]?.args).to.include({ unfurl_links: 'false', unfurl_media: 'false' });
    const thread = await runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs });
    expect(thread.data).to.include({ hasMore: false });
    expect(thread.data.messages[1]).to.deep.include({ ts: data.ts, threadTs, botId: slack.identity.botId, metadata });
    expect(thread.text).to.include('RCA');
  });

  it('posts, edits and reads back root messages', async () => {
    const { data } = await runCapability(server, 'slack.post_message', { channel: CHANNEL, text: 'root' });
    await runCapability(server, 'slack.update_message', { channel: CHANNEL, ts: data.ts, text: 'edited' });
    const { data: history } = await runCapability(server, 'slack.channel_history', { channel: CHANNEL, limit: 1 });
    expect(history.messages.map(({ text }) => text)).to.deep.equal(['edited']);
    expect(history.hasMore).to.equal(true);
    const later = await runCapability(server, 'slack.channel_history', { channel: CHANNEL, oldest: threadTs });
    expect(later.data.messages).to.have.length(1);
  });

  it('reads a long thread to its end, where the newest replies stand', async () => {
    for (let index = 0; index < 1200; index++) slack.postAsUser(CHANNEL, `reply ${index}`, { threadTs });
    const { data } = await runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs, limit: 3 });
    expect(data.messages.map(({ text }) => text)).to.deep.equal(['alert', 'reply 1198', 'reply 1199']);
    expect(data.hasMore).to.equal(true);
  });

  it('shows what a bot said in attachments only', async () => {
    const ts = slack.postAsBot(CHANNEL, { attachments: [{ title: 'High latency', text: 'p99 is 4 s' }] });
    const { data } = await runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs: ts });
    expect(data.messages[0]?.text).to.equal('High latency\np99 is 4 s');
  });

  it('uploads a text into a thread', async () => {
    const file = { filename: 'evidence.txt', title: 'Evidence', content: 'line\n'.repeat(9) };
    const { data } = await runCapability(server, 'slack.upload_file', { channel: CHANNEL, threadTs, ...file });
    expect(slack.thread(CHANNEL, threadTs)[1]?.files[0]).to.include({ id: data.fileId, content: file.content });
  });

  describe('a picture', () => {
    const PNG = Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      Buffer.from([0, 255, 128]),
    ]);
    const image = { filename: 'chart.png', title: 'A chart', altText: 'it rises', pngBase64: PNG.toString('base64') };
    const upload = () => runCapability(server, 'slack.upload_image', { channel: CHANNEL, threadTs, ...image });

    it('comes into the thread byte by byte, with words for those who do not see it', async () => {
      const { data } = await upload();
      const [file] = slack.thread(CHANNEL, threadTs)[1]!.files;
      expect(file).to.include({ id: data.fileId, name: 'chart.png', title: 'A chart', altText: 'it rises' });
      expect(file!.bytes.equals(PNG)).to.equal(true);
      const page = await (await fetch(slack.url)).text();
      expect(page).to.include(`<img src="/files/${data.fileId}" alt="it rises">`);
      const shown = await fetch(`${slack.url}/files/${data.fileId}`);
      expect(Buffer.from(await shown.arrayBuffer()).equals(PNG)).to.equal(true);
    });

    it('is listed with the messages of its thread, and deleted once', async () => {
      const { data } = await upload();
      const thread = await runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs });
      expect(thread.data.messages.map((message) => message.files)).to.deep.equal([
        [],
        [{ id: data.fileId, name: 'chart.png', title: 'A chart' }],
      ]);
      await runCapability(server, 'slack.delete_file', data);
      await runCapability(server, 'slack.delete_file', data);
      expect(slack.thread(CHANNEL, threadTs)).to.have.length(1);
    });

    it('may stand there only when the answer to its completion is lost', async () => {
      const lostEarly = await failed('files.getUploadURLExternal', { kind: 'drop_answer' }, upload);
      expect(lostEarly).to.include({ failure: 'connection', ambiguous: false, retryable: true });
      slack.failNext('files.getUploadURLExternal', { kind: 'answer_late', ms: 1 });
      const refused = await failed('*', { kind: 'status', status: 503 }, upload);
      expect(refused).to.include({ failure: 'overload', ambiguous: false });
      expect(refused.message).to.equal('Slack file upload: HTTP 503');
      const lost = await failed('files.completeUploadExternal', { kind: 'drop_answer' }, upload);
      expect(lost).to.include({ failure: 'connection', ambiguous: true });
      expect(slack.thread(CHANNEL, threadTs)).to.have.length(2);
    });

    it('names the scope that is missing', async () => {
      await slack.close();
      slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-1', scopes: ['chat:write'] });
      server = createSlackServer({ botToken: 'xoxb-1', apiUrl: slack.apiUrl, timeoutMs: 1000 });
      const failure = await failureOf(upload());
      expect(failure).to.include({ failure: 'auth', detail: 'missing_scope', ambiguous: false });
      expect(failure.message).to.include('needs files:write');
    });

    it('writes, as its tools say', () => {
      for (const name of ['upload_image', 'delete_file', 'upload_file'])
        expect(server.tools.find((tool) => tool.name === name)?.readOnly, name).to.equal(false);
    });
  });

  it('knows who it is, and takes its own messages back', async () => {
    const { data: me } = await runCapability(server, 'slack.identity', {});
    const { botId, botUserId, teamId } = slack.identity;
    expect(me).to.deep.equal({ botId, userId: botUserId, team: teamId, appId: null });
    const { data: posted } = await reply();
    await runCapability(server, 'slack.delete_message', posted);
    await runCapability(server, 'slack.delete_message', posted);
    expect(slack.thread(CHANNEL, threadTs)).to.have.length(1);
    const foreign = failureOf(runCapability(server, 'slack.delete_message', { channel: CHANNEL, ts: threadTs }));
    expect(await foreign).to.include({ failure: 'bad_request', detail: 'cant_delete_message' });
  });

  it('says whether the bot can post in a channel', async () => {
    slack.setChannel({ id: 'C0OLD00001', name: 'old', isMember: false, isArchived: true });
    const { data } = await runCapability(server, 'slack.channel_info', { channel: 'C0OLD00001' });
    expect(data).to.deep.equal({ id: 'C0OLD00001', name: 'old', isMember: false, isArchived: true });
  });

  it('takes a reply back that Slack made a root message because the alert was deleted', async () => {
    slack.deleteAs(CHANNEL, threadTs);
    const failure = await failureOf(reply());
    expect(failure).to.include({
      failure: 'not_found',
      detail: 'thread_not_found',
      ambiguous: false,
      retryable: false,
    });
    expect(slack.messages(CHANNEL)).to.have.length(0);
  });

  it('hands on the words of Slack, sorted by what can be done about them', async () => {
    const classes: Record<string, string> = {
      channel_not_found: 'not_found',
      thread_not_found: 'not_found',
      invalid_auth: 'auth',
      not_in_channel: 'auth',
      missing_scope: 'auth',
      is_archived: 'bad_request',
      invalid_blocks: 'bad_request',
      msg_too_long: 'bad_request',
    };
    for (const [error, expected] of Object.entries(classes)) {
      const failure = await failed('chat.postMessage', { kind: 'error', error }, reply);
      expect(failure, error).to.include({ dependency: 'slack', failure: expected, detail: error, ambiguous: false });
      expect(failure.retryable, error).to.equal(false);
    }
  });

  it('names the block that Slack complains of', async () => {
    const text = { type: 'mrkdwn', text: 'x'.repeat(3001) };
    const failure = await failureOf(reply({ blocks: [{ type: 'section', text }] }));
    expect(failure.message).to.include('[json-pointer:/blocks/0/text/text]');
  });

  it('hands on how long Slack wants to be left alone, and does not wait itself', async () => {
    const failure = await failed('chat.postMessage', { kind: 'rate_limited', retryAfterSeconds: 17 }, reply);
    expect(failure).to.include({ failure: 'rate_limit', retryAfterMs: 17_000, ambiguous: false, retryable: true });
  });

  it('calls a lost answer to a post ambiguous', async () => {
    const faults: [Fault, string][] = [
      [{ kind: 'drop_answer' }, 'connection'],
      [{ kind: 'status', status: 502 }, 'overload'],
      [{ kind: 'error', error: 'fatal_error' }, 'overload'],
      [{ kind: 'answer_late', ms: 3000 }, 'timeout'],
      [{ kind: 'hang' }, 'timeout'],
    ];
    for (const [fault, expected] of faults) {
      const failure = await failed('chat.postMessage', fault, reply);
      expect(failure, fault.kind).to.include({ failure: expected, ambiguous: true, retryable: true });
    }
    expect(slack.thread(CHANNEL, threadTs)).to.have.length(3);
  });

  it('never repeats a call by itself', async () => {
    await failed('chat.postMessage', { kind: 'status', status: 503 }, reply);
    expect(slack.record.filter(({ method }) => method === 'chat.postMessage')).to.have.length(1);
  });

  it('calls a lost answer to a question simply lost', async () => {
    const read = () => runCapability(server, 'slack.thread_info', { channel: CHANNEL, threadTs });
    expect(await failed('conversations.replies', { kind: 'drop_answer' }, read)).to.include({ ambiguous: false });
    expect(await failed('conversations.replies', { kind: 'hang' }, read)).to.include({
      failure: 'timeout',
      ambiguous: false,
    });
  });

  it('knows that a refused connection cannot have posted', async () => {
    await slack.stop();
    expect(await failureOf(reply())).to.include({ failure: 'connection', ambiguous: false });
    await slack.start();
    await reply();
    expect(slack.thread(CHANNEL, threadTs)).to.have.length(2);
  });

  it('stops waiting with the caller', async () => {
    slack.setFault('chat.postMessage', { kind: 'hang' });
    const caller = new AbortController();
    const call = failureOf(reply({}, caller.signal));
    await slack.waitFor(() => slack.record.find(({ fault }) => fault === 'hang'));
    caller.abort();
    expect(await call).to.include({ failure: 'aborted', ambiguous: true });
    expect(await failureOf(reply({}, AbortSignal.abort()))).to.include({
      failure: 'aborted',
      ambiguous: false,
    });
  });

  it('says so when something else than Slack answers', async () => {
    const html = '<html>proxy</html>';
    const elsewhere = createSlackServer({ botToken: 'x', apiUrl: `${slack.url}/`, timeoutMs: 500 });
    slack.setFault('/auth.test', { kind: 'status', status: 200, body: html });
    const info = () => runCapability(elsewhere, 'slack.channel_info', { channel: CHANNEL });
    expect(await failed('/conversations.info', { kind: 'status', status: 200, body: html }, info)).to.include({
      failure: 'protocol',
    });
  });

  it('keeps the token out of its errors', async () => {
    const failure = await failed('chat.postMessage', { kind: 'error', error: 'invalid_auth' }, reply);
    expect(JSON.stringify([failure.message, failure.detail])).not.to.include('xoxb-1');
  });
});
