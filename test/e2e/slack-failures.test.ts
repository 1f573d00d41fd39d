import { expect } from 'chai';
import { quickBackend } from '../support/backends.ts';
import {
  CHANNEL,
  eventually,
  getIncident,
  incidentOfThread,
  repliesIn,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

describe('the fleet with a Slack that fails', function () {
  this.timeout(60_000);
  let test: TestFleet;
  let count = 0;
  before(async () => {
    test = await startTestFleet(quickBackend(), { sandbox: { slack: { rateLimits: null, answerTimeoutMs: 10_000 } } });
  });
  after(() => test.close());
  afterEach(() => test.sandbox.slack.clearFaults());

  const alertInSlack = () =>
    test.sandbox.slack.postAsBot(CHANNEL, `Connection refused by service payments-${'abcdefghij'[count++]}`);
  const posted = async (ts: string, ms = 40_000) =>
    untilState(test.fleet, await incidentOfThread(test.fleet, ts), 'posted', ms);

  it('posts when Slack is back, once, without losing an attempt for a 429', async () => {
    test.sandbox.slack.failNext('chat.postMessage', { kind: 'rate_limited', retryAfterSeconds: 1 }, 3);
    const ts = alertInSlack();
    const incident = await posted(ts);
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
    expect(incident.deliveries[0].lastError).to.equal(null);
  });

  it('posts once although Slack answers after our timeout', async () => {
    test.sandbox.slack.failNext('chat.postMessage', { kind: 'answer_late', ms: 20_000 });
    const ts = alertInSlack();
    await posted(ts, 50_000);
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
    expect(
      test.sandbox.slack.calls('chat.postMessage').filter((call) => JSON.stringify(call).includes(ts)),
    ).to.have.length(1);
  });

  it('posts once although the connection breaks after Slack has taken the message', async () => {
    test.sandbox.slack.failNext('chat.postMessage', { kind: 'drop_answer' });
    const ts = alertInSlack();
    await posted(ts);
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
  });

  it('posts once after Slack was down for a while', async () => {
    test.sandbox.slack.setFault('*', { kind: 'status', status: 503 });
    const sent = await sendAlert(test.fleet.producer, 'generic', {
      title: 'Connection refused by ledger',
      service: 'ledger',
    });
    const id = sent.body.alerts![0]!.incidentId;
    const failed = () => test.sandbox.slack.record.filter((call) => JSON.stringify(call).includes('ledger'));
    // One is all there may be: its answer leaves open whether it stands, and Slack can't be read back either.
    await eventually('a failed post', async () => failed().length >= 1, 30_000);
    await untilState(test.fleet, id, 'reported');
    test.sandbox.slack.clearFaults();
    const incident = await untilState(test.fleet, id, 'posted', 50_000);
    expect(repliesIn(test.sandbox, incident.slack.threadTs)).to.have.length(1);
    const roots = test.sandbox.slack.messages(CHANNEL).filter((message) => message.text.includes('ledger'));
    expect(roots).to.have.length(1);
  });

  it('sends the text alone when Slack finds fault with the blocks', async () => {
    test.sandbox.slack.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    const ts = alertInSlack();
    await posted(ts);
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
  });

  it('ends as dead when Slack refuses for good, and a redrive delivers the report that stands', async () => {
    test.sandbox.slack.setFault('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    const ts = alertInSlack();
    const id = await incidentOfThread(test.fleet, ts);
    const dead = await untilState(test.fleet, id, 'dead', 30_000);
    expect(dead).to.include({ deadReason: 'slack_rejected' });
    expect(dead.reason).to.include('not_in_channel');
    await eventually('the report that stands', async () => (await getIncident(test.fleet, id)).report);
    test.sandbox.slack.clearFaults();
    const headers = { authorization: `Bearer ${test.fleet.adminToken}` };
    const listed = (await (await fetch(`${test.fleet.producer}/api/dead-letters`, { headers })).json()) as {
      items: { incidentId: string }[];
    };
    expect(listed.items.map((item) => item.incidentId)).to.include(id);
    const redrive = () => fetch(`${test.fleet.producer}/api/dead-letters/${id}/redrive`, { method: 'POST', headers });
    expect((await redrive()).status).to.equal(202);
    expect(await posted(ts)).to.include({ run: 1 });
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
    expect((await redrive()).status).to.equal(409);
  });

  it('sends a dead incident round again when its job is retried on the board', async () => {
    test.sandbox.slack.setFault('chat.postMessage', { kind: 'error', error: 'is_archived' });
    const ts = alertInSlack();
    const id = await incidentOfThread(test.fleet, ts);
    await untilState(test.fleet, id, 'dead', 30_000);
    const queue = test.fleet.services.queues.queue('dead-letter');
    const job = await eventually('a parked dead letter', async () =>
      (await queue.getFailed()).find((item) => item.data.incidentId === id),
    );
    expect(job.failedReason).to.include('slack_rejected');
    test.sandbox.slack.clearFaults();
    const headers = { authorization: `Bearer ${test.fleet.adminToken}` };
    const retried = await fetch(`${test.fleet.producer}/queues/api/queues/dead-letter/${job.id}/retry`, {
      method: 'PUT',
      headers,
    });
    expect(retried.status).to.be.lessThan(300);
    await posted(ts);
    expect(repliesIn(test.sandbox, ts)).to.have.length(1);
  });
});
