import { DelayedError } from 'bullmq';
import { expect } from 'chai';
import { type SlackSandbox, startSlackSandbox } from '../../scripts/sandbox/slack/start-slack-sandbox.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { DependencyError, LeaseLostError } from '../../src/shared/errors.ts';
import type { McpGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../src/shared/mcp/open-gateway.ts';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { buryIncident } from '../../src/workers/bury-incident.ts';
import { deliverMessage, type Sending } from '../../src/workers/deliver-message.ts';
import { type PostDeps, processPost } from '../../src/workers/post-report.ts';
import { createSlackPace } from '../../src/workers/slack-pace.ts';
import { quickBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { CHANNEL, eventually } from '../support/fleet.ts';
import { claimDelivery, expireLeases, openIncident, reportedIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const QUICK = { postsPerMinute: 60_000, workspacePerMinute: 600_000 };

const RUNNING = new AbortController().signal;

describe('posting to Slack', () => {
  let test: TestStore;
  let slack: SlackSandbox;
  let gateway: McpGateway;
  before(async () => {
    test = await openTestStore(quickBackend());
  });
  after(() => test.close());
  beforeEach(async () => {
    slack = await startSlackSandbox({ signingSecret: 's', botToken: 'xoxb-t', rateLimits: null });
    const environment = { SLACK_BOT_TOKEN: 'xoxb-t', SLACK_API_URL: slack.apiUrl };
    gateway = openGateway(loadConfig(environment), test.logger, test.metrics);
  });
  afterEach(async () => {
    await gateway.close();
    await slack.close();
  });

  /** The gateway of a worker that is stopped, by SIGSTOP say, right before it calls the tool. */
  function pausedBefore(capability: string) {
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const paused: McpGateway = {
      ...gateway,
      call: async (asked, input, options) => {
        if (asked === capability) {
          reached.resolve();
          await gate.promise;
        }
        return await gateway.call(asked, input, options);
      },
    };
    return { gateway: paused, reached: reached.promise, wake: gate.resolve };
  }
  const depsOf = (given: Partial<PostDeps> = {}): PostDeps => ({
    store: test.store,
    gateway,
    agents: loadAgents(),
    defaultChannel: CHANNEL,
    publicUrl: null,
    charts: { draw: async () => false, deliver: async () => {} },
    pace: createSlackPace(test.store.paces, QUICK),
    bury: (...about) => buryIncident(test, ...about),
    logger: test.logger,
    metrics: test.metrics,
    ...given,
  });
  const deliver = (sending: Sending, through = gateway) =>
    deliverMessage(
      {
        gateway: through,
        deliveries: test.store.deliveries,
        pace: createSlackPace(test.store.paces, QUICK),
        takeBackMs: 2_000,
      },
      sending,
    );

  /** A thread in Slack, and what a worker that claims the delivery of its incident is to send there. */
  async function threadWithReply() {
    const threadTs = slack.postAsBot(CHANNEL, 'High error rate on checkout');
    const { incidentId } = await reportedIncident(test, { slack: { channel: CHANNEL, ts: threadTs, teamId: null } });
    const claim = async (text: string): Promise<Sending> => ({
      lease: await claimDelivery(test, incidentId),
      part: 'reply',
      target: { channel: CHANNEL, threadTs },
      message: { text, blocks: [] },
      revision: 1,
      signal: RUNNING,
    });
    const replies = () =>
      slack
        .thread(CHANNEL, threadTs)
        .slice(1)
        .map((message) => message.text);
    const reply = async () => (await test.store.deliveries.list(incidentId)).find((row) => row.part === 'reply')!;
    return { incidentId, threadTs, claim, replies, reply };
  }

  it('takes back the post of a paused worker that came after another one had posted', async () => {
    const { incidentId, claim, replies, reply } = await threadWithReply();
    const sleeper = pausedBefore('slack.post_thread_reply');
    const late = rejection(deliver(await claim('of the sleeper'), sleeper.gateway));
    await sleeper.reached;
    await expireLeases(test, incidentId);
    const { ts } = await deliver(await claim('of the other'));
    sleeper.wake();
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(replies()).to.deep.equal(['of the other']);
    expect(await reply()).to.include({ messageTs: ts, state: 'sent' });
  });

  it('takes it back also when the answer to it was lost', async () => {
    const { incidentId, claim, replies, reply } = await threadWithReply();
    const sleeper = pausedBefore('slack.post_thread_reply');
    const late = rejection(deliver(await claim('of the sleeper'), sleeper.gateway));
    await sleeper.reached;
    await expireLeases(test, incidentId);
    const { ts } = await deliver(await claim('of the other'));
    slack.failNext('chat.postMessage', { kind: 'drop_answer' });
    sleeper.wake();
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(replies()).to.deep.equal(['of the other']);
    expect(await reply()).to.include({ messageTs: ts, state: 'sent' });
  });

  it('takes it back also when the other one has not noted its own post yet', async () => {
    const { incidentId, claim, replies } = await threadWithReply();
    const [sleeper, other] = [pausedBefore('slack.post_thread_reply'), pausedBefore('slack.post_thread_reply')];
    const late = rejection(deliver(await claim('of the sleeper'), sleeper.gateway));
    await sleeper.reached;
    await expireLeases(test, incidentId);
    const posted = deliver(await claim('of the other'), other.gateway);
    await other.reached;
    sleeper.wake();
    await eventually('the late post', async () => replies().length === 1);
    other.wake();
    await posted;
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(replies()).to.deep.equal(['of the other']);
  });

  it('takes it back when the other one knows that its own post failed, and will post without looking', async () => {
    const { incidentId, claim, replies, reply } = await threadWithReply();
    const sleeper = pausedBefore('slack.post_thread_reply');
    const late = rejection(deliver(await claim('of the sleeper'), sleeper.gateway));
    await sleeper.reached;
    await expireLeases(test, incidentId);
    slack.failNext('chat.postMessage', { kind: 'rate_limited', retryAfterSeconds: 1 });
    await rejection(deliver(await claim('of the other')));
    sleeper.wake();
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(replies()).to.deep.equal([]);
    expect(await reply()).to.include({ state: 'pending' });
  });

  it('keeps a late post that the other worker has found and made its own', async () => {
    const { incidentId, claim, replies, reply } = await threadWithReply();
    slack.failNext('chat.postMessage', { kind: 'answer_late', ms: 500 });
    const late = rejection(deliver(await claim('of the sleeper')));
    await eventually('the post', async () => replies().length === 1);
    await expireLeases(test, incidentId);
    const { ts } = await deliver(await claim('of the other'));
    expect(await late).to.be.instanceOf(LeaseLostError);
    expect(replies()).to.deep.equal(['of the other']);
    expect(await reply()).to.include({ messageTs: ts });
  });

  it('leaves one message where several of ours stand, and edits it', async () => {
    const { claim, replies, reply } = await threadWithReply();
    const sending = await claim('first');
    slack.failNext('chat.postMessage', { kind: 'drop_answer' }, 1);
    await rejection(deliver(sending));
    const twin = slack.calls('chat.postMessage').at(-1)!.args;
    const { threadTs } = sending.target;
    const { metadata } = twin as { metadata: { event_type: string; event_payload: Record<string, unknown> } };
    const again = { channel: CHANNEL, threadTs: threadTs!, text: 'twin', blocks: [], metadata };
    await gateway.call('slack.post_thread_reply', again as never, { signal: RUNNING });
    expect(replies()).to.have.length(2);
    const { ts } = await deliver({ ...sending, message: { text: 'edited', blocks: [] } });
    expect(replies()).to.deep.equal(['edited']);
    expect(await reply()).to.include({ messageTs: ts });
  });

  it('looks for a lost post before it posts again after a redrive', async () => {
    const { incidentId, claim, replies } = await threadWithReply();
    slack.failNext('chat.postMessage', { kind: 'drop_answer' });
    await rejection(deliver(await claim('lost')));
    await test.store.incidents.die(incidentId, 1, 'slack_unavailable', 'no answer');
    await test.store.incidents.redrive(incidentId);
    await expireLeases(test, incidentId);
    await deliver(await claim('found'));
    expect(replies()).to.deep.equal(['found']);
  });

  it('posts nothing more for a message that a person has deleted', async () => {
    const { claim, replies } = await threadWithReply();
    const sending = await claim('first');
    const { ts } = await deliver(sending);
    await gateway.call('slack.delete_message', { channel: CHANNEL, ts }, { signal: RUNNING });
    await deliver({ ...sending, revision: 2 });
    expect(replies()).to.deep.equal([]);
  });

  for (const refusal of ['edit_window_closed', 'cant_update_message']) {
    it(`posts the answer anew where Slack lets the card stand as it is: ${refusal}`, async () => {
      const { claim, replies, reply } = await threadWithReply();
      const sending = await claim('card');
      const { ts: card } = await deliver(sending);
      slack.setFault('chat.update', { kind: 'error', error: refusal });
      slack.failNext('chat.postMessage', { kind: 'drop_answer' });
      const answer = { ...sending, revision: 2, message: { text: 'answer', blocks: [] }, anew: true };
      await rejection(deliver(answer));
      slack.setFault('chat.update', null);
      const { ts } = await deliver(answer);
      expect(ts).to.not.equal(card);
      expect(replies()).to.deep.equal(['answer']);
      expect(await reply()).to.include({ messageTs: ts, state: 'sent', shown: 2 });
      slack.setFault('chat.update', { kind: 'error', error: refusal });
      await deliver({ ...answer, revision: 3, message: { text: 'news', blocks: [] }, anew: false });
      expect(replies()).to.deep.equal(['answer']);
    });
  }

  it('finds a lost post again however much was posted after it', async () => {
    const threadTs = slack.postAsBot(CHANNEL, 'High error rate on checkout');
    const { incidentId } = await reportedIncident(test);
    const sending: Sending = {
      lease: await claimDelivery(test, incidentId),
      part: 'root',
      target: { channel: CHANNEL, threadTs: null },
      message: { text: 'root', blocks: [] },
      revision: 1,
      signal: RUNNING,
    };
    await test.store.deliveries.open(sending.lease, 'reply', { channel: CHANNEL, threadTs });
    slack.failNext('chat.postMessage', { kind: 'drop_answer' });
    await rejection(deliver(sending));
    for (let n = 0; n < 1_100; n++) slack.postAsBot(CHANNEL, `message ${n}`);
    await deliver(sending);
    expect(slack.messages(CHANNEL).filter((message) => message.text === 'root')).to.have.length(1);
  });

  describe('as a job', () => {
    /** A job as BullMQ hands it out, which notes how it was sent back. */
    function jobOf(incidentId: string, run = 1, attemptsMade = 0) {
      const delays: number[] = [];
      const job = {
        data: { incidentId, run },
        attemptsMade,
        opts: { attempts: 20 },
        moveToDelayed: async (at: number) => void delays.push(at - Date.now()),
      };
      return { job: job as unknown as FleetJob, delays };
    }
    const reply = async (id: string) => (await test.store.deliveries.list(id)).find((row) => row.part === 'reply')!;

    it('answers in one thread, also when the incident goes round again', async () => {
      const { incidentId } = await reportedIncident(test);
      await processPost(depsOf(), jobOf(incidentId).job, 't', RUNNING);
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'posted' });
      const died = `update rca_fleet.incidents set state = 'dead', dead_reason = 'bug', reason = 'x' where id = $1`;
      await test.database.query(died, [incidentId]);
      await test.store.incidents.redrive(incidentId);
      await test.store.deliveries.want(incidentId, 2);
      await processPost(depsOf({ defaultChannel: 'C0ELSEWHERE' }), jobOf(incidentId, 2).job, 't', RUNNING);
      expect(slack.messages(CHANNEL)).to.have.length(1);
      expect(slack.thread(CHANNEL, slack.messages(CHANNEL)[0]!.ts)).to.have.length(3);
    });

    it('goes to the channel that is configured now where nothing was sent to the wrong one', async () => {
      const { incidentId } = await reportedIncident(test);
      await rejection(processPost(depsOf({ defaultChannel: 'C0WRONG' }), jobOf(incidentId).job, 't', RUNNING));
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'dead', deadReason: 'slack_rejected' });
      await test.store.incidents.redrive(incidentId);
      await processPost(depsOf(), jobOf(incidentId).job, 't', RUNNING);
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'posted' });
      expect(slack.messages(CHANNEL)).to.have.length(1);
    });

    it('has nothing to do for a run that a redrive has left behind, and keeps no lease of it', async () => {
      const id = await openIncident(test);
      await test.store.incidents.die(id, 1, 'bug', 'x');
      await test.store.incidents.redrive(id);
      expect(await processPost(depsOf(), jobOf(id).job, 't', RUNNING)).to.match(/newer run/);
      expect((await test.store.deliveries.claim(id, 1)).outcome).to.equal('claimed');
    });

    it('ends the incident as dead when the attempts are used up, and knows that a post may stand', async () => {
      const { incidentId } = await threadWithReply();
      slack.setFault('chat.postMessage', { kind: 'drop_answer' });
      const error = await rejection(processPost(depsOf(), jobOf(incidentId, 1, 19).job, 't', RUNNING));
      expect(error.name).to.equal('UnrecoverableError');
      expect(await test.store.incidents.find(incidentId)).to.include({
        state: 'dead',
        deadReason: 'slack_unavailable',
      });
      expect(await reply(incidentId)).to.include({ state: 'failed' });
      expect((await reply(incidentId)).sendingAt).to.be.a('string');
    });

    it('tries again with a token that is no longer valid, and leaves its dead letters to be redriven by themselves', async () => {
      const { incidentId } = await threadWithReply();
      slack.setFault('chat.postMessage', { kind: 'error', error: 'token_revoked' });
      const error = await rejection(processPost(depsOf(), jobOf(incidentId).job, 't', RUNNING));
      expect(error.name).to.not.equal('UnrecoverableError');
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'reported' });
      await rejection(processPost(depsOf(), jobOf(incidentId, 1, 19).job, 't', RUNNING));
      const dead = { state: 'dead', deadReason: 'slack_unavailable' };
      expect(await test.store.incidents.find(incidentId)).to.include(dead);
    });

    it('ends nothing for a worker that has lost its lease', async () => {
      const { incidentId } = await threadWithReply();
      slack.setFault('chat.postMessage', { kind: 'error', error: 'is_archived' });
      const sleeper = pausedBefore('slack.post_thread_reply');
      const late = processPost(depsOf({ gateway: sleeper.gateway }), jobOf(incidentId).job, 't', RUNNING);
      await sleeper.reached;
      await expireLeases(test, incidentId);
      await claimDelivery(test, incidentId);
      sleeper.wake();
      expect(await late).to.equal('another worker has taken over');
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'reported' });
    });

    const away: [string, DependencyError][] = [
      ['a breaker that is open', new DependencyError('slack', 'breaker_open', 'open', { retryAfterMs: 10_000.5 })],
      ['a 429', new DependencyError('slack', 'rate_limit', 'slow down', { retryAfterMs: 3_000.5 })],
    ];
    for (const [what, error] of away) {
      it(`loses no attempt by ${what}`, async () => {
        const { incidentId } = await threadWithReply();
        const failing: McpGateway = { ...gateway, call: () => Promise.reject(error) };
        const { job, delays } = jobOf(incidentId, 1, 19);
        expect(await rejection(processPost(depsOf({ gateway: failing }), job, 't', RUNNING))).to.be.instanceOf(
          DelayedError,
        );
        expect(delays[0]).to.be.within(2_900, 21_000);
        expect(await test.store.incidents.find(incidentId)).to.include({ state: 'reported' });
        expect((await test.store.deliveries.claim(incidentId, 1)).outcome).to.equal('claimed');
      });
    }
  });
});
