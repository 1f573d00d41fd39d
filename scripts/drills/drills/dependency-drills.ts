import type { Fault } from '../../sandbox/http/faults.ts';
import type { ChatFault } from '../../sandbox/llm/chat-fault.ts';
import type { SlackApiCall } from '../../sandbox/slack/slack-service.ts';
import { onPostgres } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { expectWithin, expectWorking, untilBusy, wait } from './steps.ts';

const ANSWERED_WITHIN_S = 30;

const LLM_FAULTS: ChatFault[] = [
  { kind: 'status', status: 503 },
  { kind: 'hang' },
  { kind: 'trickle', everyMs: 400 },
  { kind: 'garbage' },
  { kind: 'cut_body' },
  { kind: 'endless' },
];

const llmFails: Drill = {
  name: 'llm-fails',
  what: 'the LLM answers 503, hangs, trickles, talks garbage, breaks off, answers without end: 6 s each',
  backends: ['redis', 'embedded'],
  shortOn: ['redis'],
  seconds: { short: 90, long: 90 },
  async run(stage) {
    const { sender, llm, watch, expect } = stage;
    sender.start(1);
    await untilBusy(stage);
    for (const fault of LLM_FAULTS) {
      llm.setFault(fault);
      const probe = await sender.deliver(sender.alert());
      await wait(stage, 5);
      const seconds = await watch.untilFinal(probe?.incidentIds ?? [], 60_000);
      expect(`an answer comes although the LLM's fault is ${fault.kind} (${seconds.toFixed(1)} s more)`, seconds < 40);
    }
    llm.setFault(null);
    await expectWorking(stage, ANSWERED_WITHIN_S);
  },
};

const TELEMETRY_FAULTS: Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'hang' },
  { kind: 'refuse_connection' },
  { kind: 'trickle', everyMs: 300 },
  { kind: 'garbage' },
  { kind: 'endless' },
];

const telemetryFails: Drill = {
  name: 'telemetry-fails',
  what: 'SigNoz behind its MCP server answers 500, hangs, breaks off, trickles, talks garbage, answers without end: 6 s each',
  backends: ['redis', 'embedded'],
  shortOn: ['redis'],
  seconds: { short: 120, long: 120 },
  async run(stage) {
    const { sender, sandbox } = stage;
    sender.start(1);
    await untilBusy(stage);
    for (const fault of TELEMETRY_FAULTS) {
      sandbox.signoz.setFault('*', fault);
      await wait(stage, 6);
    }
    sandbox.signoz.clearFaults();
    await expectWorking(stage, ANSWERED_WITHIN_S);
  },
};

/** Of the issue: whatever hangs, an engineer has an answer by then. */
const DEADLINE_S = 240;

/** As slow as it can be without being away: every answer begins at once and never ends. */
const everythingTrickles: Drill = {
  name: 'everything-trickles',
  what: `telemetry and LLM trickle for as long as they are asked: a partial answer within ${DEADLINE_S} s`,
  backends: ['redis'],
  fleet: { producers: 1, workers: 1 },
  environment: { LLM_TIMEOUT_SECONDS: '600' },
  limits: { finalWithinMs: DEADLINE_S * 1000 },
  seconds: { short: 400, long: 400 },
  async run(stage) {
    const { sender, sandbox, llm, watch, expect, environment } = stage;
    sandbox.signoz.setFault('*', { kind: 'trickle', everyMs: 2_000 });
    llm.setFault({ kind: 'trickle', everyMs: 2_000 });
    const slow = await sender.deliver(sender.alert());
    const seconds = await watch.untilFinal(slow?.incidentIds ?? [], 300_000);
    await expectWithin(stage, 'the partial answer', seconds, DEADLINE_S);
    const [row] = await onPostgres<{ tier: string; missing: number }>(
      environment.DATABASE_URL!,
      `select report->>'tier' as tier, jsonb_array_length(report->'couldNotCheck') as missing
       from rca_fleet.investigations where incident_id = $1`,
      [slow?.incidentIds[0]],
    );
    expect(
      `it is the detectors' and says what is missing (${JSON.stringify(row)})`,
      row?.tier === 'detectors' && row.missing > 0,
    );
    sandbox.signoz.clearFaults();
    llm.setFault(null);
    await expectWorking(stage, 60);
  },
};

type SlackStep = { method: string; fault: Fault; times?: number };

/** Slack misbehaves under load for some seconds; everything is answered, once, all the same. */
function slackDrill(name: string, what: string, steps: SlackStep[], seconds = 8): Drill {
  return {
    name,
    what,
    backends: ['redis', 'embedded'],
    shortOn: ['redis'],
    seconds: { short: 120, long: 120 },
    async run(stage) {
      const { sender, sandbox } = stage;
      sender.start(1);
      await untilBusy(stage);
      for (const { method, fault, times } of steps) {
        if (times) sandbox.slack.failNext(method, fault, times);
        else sandbox.slack.setFault(method, fault);
        await wait(stage, seconds);
        if (!times) sandbox.slack.setFault(method, null);
      }
      sandbox.slack.clearFaults();
      await expectWorking(stage, ANSWERED_WITHIN_S);
    },
  };
}

/** Slack refuses for good: what dies of it is visible as a dead letter, and a redrive answers it. */
function slackRefuses(name: string, what: string, method: string, error: string): Drill {
  return {
    name,
    what,
    backends: ['redis'],
    seconds: { short: 90, long: 90 },
    async run(stage) {
      const { sender, sandbox, watch, mayDieOf, expect } = stage;
      mayDieOf('slack_rejected');
      sandbox.slack.setFault(method, { kind: 'error', error });
      const refused = await sender.deliver(sender.alert());
      await watch.untilFinal(refused?.incidentIds ?? [], 60_000);
      const id = refused?.incidentIds[0] ?? '';
      expect(`the incident is dead while Slack says ${error} (${watch.stateOf(id)})`, watch.stateOf(id) === 'dead');
      sandbox.slack.clearFaults();
      const status = await redrive(stage, id);
      expect(`the redrive is taken or was done already (${status})`, status === 202 || status === 409);
      await watch.until('the answer after the redrive', () => watch.stateOf(id) === 'posted', 60_000);
      await expectWorking(stage, ANSWERED_WITHIN_S);
    },
  };
}

async function redrive({ fleet, environment }: Stage, id: string): Promise<number> {
  const response = await fetch(`${fleet.producers[0]!.url}/api/dead-letters/${id}/redrive`, {
    method: 'POST',
    headers: { authorization: `Bearer ${environment.ADMIN_TOKEN}` },
  });
  await response.arrayBuffer();
  return response.status;
}

const POST = 'chat.postMessage';

const textAlone = ({ args, status, fault }: SlackApiCall) =>
  status === 200 && !fault && (!Array.isArray(args.blocks) || args.blocks.length === 0);

/**
 * One refusal at a time, and the next only after its message went out as text: the simulated Slack refuses whatever comes
 * next, and would else refuse a text alone as well, which Slack does not.
 */
const slackRejectsBlocks: Drill = {
  name: 'slack-rejects-blocks',
  what: 'Slack finds fault with the blocks of a message, now of a post, now of an edit, ten times under load',
  backends: ['redis', 'embedded'],
  shortOn: ['redis'],
  seconds: { short: 60, long: 60 },
  async run(stage) {
    const { sandbox, sender, watch } = stage;
    // An investigation that takes a while has its live card first, which its report edits.
    sandbox.signoz.setFault('*', { kind: 'answer_late', ms: 1_000 });
    sender.start(1);
    await untilBusy(stage);
    for (let round = 0; round < 10; round++) {
      const method = round % 2 ? 'chat.update' : POST;
      const from = sandbox.slack.record.length;
      const since = (is: (call: SlackApiCall) => boolean) =>
        sandbox.slack.record.slice(from).some((call) => call.method === method && is(call));
      sandbox.slack.failNext(method, { kind: 'error', error: 'invalid_blocks' });
      await watch.until(`${method} meets the refusal`, () => since(({ fault }) => fault !== null), 30_000);
      await watch.until(`the text alone by ${method}`, () => since(textAlone), 30_000);
    }
    sandbox.signoz.clearFaults();
    await expectWorking(stage, ANSWERED_WITHIN_S);
  },
};

export const DEPENDENCY_DRILLS = [
  llmFails,
  telemetryFails,
  everythingTrickles,
  slackDrill('slack-429', 'Slack answers 429 with Retry-After to every post for 8 s', [
    { method: POST, fault: { kind: 'rate_limited', retryAfterSeconds: 2 } },
  ]),
  slackDrill('slack-5xx', 'Slack answers 503 to everything for 8 s', [
    { method: '*', fault: { kind: 'status', status: 503 } },
  ]),
  slackDrill('slack-token-revoked', 'the bot token does not count for 8 s, until it is renewed', [
    { method: '*', fault: { kind: 'error', error: 'token_revoked' } },
  ]),
  slackDrill('slack-unanswered', 'Slack takes posts and the answer is lost, or comes after our deadline', [
    { method: POST, fault: { kind: 'drop_answer' } },
    { method: POST, fault: { kind: 'answer_late', ms: 20_000 }, times: 2 },
  ]),
  slackRejectsBlocks,
  slackRefuses('slack-channel-gone', 'the channel is gone (channel_not_found)', '*', 'channel_not_found'),
];
