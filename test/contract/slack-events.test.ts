import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';

const CHANNEL = 'C0ALERTS01';
const SECRET = 'signing-secret';

type Received = { headers: IncomingHttpHeaders; body: string };
type Answer = { status: number; delayMs?: number; headers?: Record<string, string> };

describe('the simulated Slack as the sender of events', () => {
  let slack: SlackSandbox;
  let app: Server;
  let received: Received[];
  let answers: Answer[];

  beforeEach(async () => {
    received = [];
    answers = [];
    app = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      received.push({ headers: request.headers, body });
      const { status, delayMs = 0, headers = {} } = answers.shift() ?? { status: 200 };
      if (delayMs > 0) return;
      response.writeHead(status, headers).end(body.includes('url_verification') ? JSON.parse(body).challenge : '');
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const requestUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}/alerts/slack`;
    const timing = { retryDelaysMs: [0, 5, 5], answerTimeoutMs: 1000 };
    slack = await startSlackSandbox({ signingSecret: SECRET, botToken: 'xoxb-1', requestUrl, ...timing });
  });
  afterEach(async () => {
    await slack.close();
    app.closeAllConnections();
    app.close();
  });

  it('signs each event over its raw body', async () => {
    const ts = slack.postAsUser(CHANNEL, 'the disk is full');
    expect(await slack.delivery(ts)).to.include({ delivered: true });
    const [{ headers, body }] = received as [Received];
    const stamp = headers['x-slack-request-timestamp'];
    const expected = createHmac('sha256', SECRET).update(`v0:${stamp}:${body}`).digest('hex');
    expect(headers['x-slack-signature']).to.equal(`v0=${expected}`);
    const envelope = JSON.parse(body);
    expect(envelope).to.include({ type: 'event_callback', team_id: slack.identity.teamId });
    expect(envelope.event).to.include({ type: 'message', channel: CHANNEL, ts, text: 'the disk is full' });
    expect(envelope.event.blocks[0].type).to.equal('rich_text');
  });

  it('tells people, bots and webhooks apart as Slack does', async () => {
    const posted = [
      slack.postAsBot(CHANNEL, { attachments: [{ title: 'KubePodCrashLooping', fallback: 'f' }] }),
      slack.postAsWebhook(CHANNEL, { text: 'firing' }, { name: 'Alertmanager' }),
    ];
    await Promise.all(posted.map((ts) => slack.delivery(ts)));
    const events = received.map(({ body }) => JSON.parse(body).event);
    const bot = events.find(({ ts }) => ts === posted[0]);
    expect(bot).not.to.have.property('subtype');
    expect(bot).to.include({ bot_id: 'B0ALERTBOT', text: '' });
    expect(bot.bot_profile).to.include({ app_id: 'A0ALERTBOT' });
    const webhook = events.find(({ ts }) => ts === posted[1]);
    expect(webhook).to.include({ subtype: 'bot_message', username: 'Alertmanager' }).and.not.have.property('user');
  });

  it('tries again after a failure and after a late answer, with the same event id', async () => {
    answers = [{ status: 500 }, { status: 200, delayMs: 1000 }, { status: 200 }];
    const delivery = await slack.delivery(slack.postAsUser(CHANNEL, 'x'));
    expect(delivery.delivered).to.equal(true);
    expect(received.map(({ headers }) => headers['x-slack-retry-num'])).to.deep.equal([undefined, '1', '2']);
    expect(received.map(({ headers }) => headers['x-slack-retry-reason'])).to.deep.equal([
      undefined,
      'http_error',
      'http_timeout',
    ]);
    expect(new Set(received.map(({ body }) => JSON.parse(body).event_id))).to.have.property('size', 1);
  });

  it('gives up after three repetitions, or at once when told not to repeat', async () => {
    answers = Array.from({ length: 4 }, () => ({ status: 503 }));
    expect((await slack.delivery(slack.postAsUser(CHANNEL, 'x'))).attempts).to.have.length(4);
    answers = [{ status: 500, headers: { 'x-slack-no-retry': '1' } }];
    expect((await slack.delivery(slack.postAsUser(CHANNEL, 'y'))).attempts).to.have.length(1);
  });

  it('sends the same event again on demand', async () => {
    const ts = slack.postAsUser(CHANNEL, 'x');
    await slack.delivery(ts);
    await Promise.all([slack.redeliver(ts), slack.redeliver(ts)]);
    expect(new Set(received.map(({ body }) => body))).to.have.property('size', 1);
    expect(received).to.have.length(3);
  });

  it('tells of edits and deletions as events of their own', async () => {
    const ts = slack.postAsUser(CHANNEL, 'x');
    slack.editAs(CHANNEL, ts, 'y');
    slack.deleteAs(CHANNEL, ts);
    await Promise.all(slack.deliveries.map((one) => slack.delivery(one.ts)));
    // A retry after a slow answer is the same event once more.
    const subtypes = new Set(received.map(({ body }) => JSON.parse(body).event.subtype));
    expect([...subtypes]).to.have.members([undefined, 'message_changed', 'message_deleted']);
  });

  it('asks the request URL for the challenge', async () => {
    expect(await slack.verifyRequestUrl('abc')).to.deep.equal({ status: 200, body: 'abc' });
  });
});
