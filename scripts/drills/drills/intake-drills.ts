import { signRequest } from '../../../src/producer/verify-signature.ts';
import { genericAlert, type SentAlert } from '../harness/sender.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { expectWorking, wait } from './steps.ts';

const CHANNEL = 'C0ALERTS01';

/** A message of an alerting bot, as Slack tells of it; `event_id` is what makes a repetition the same delivery. */
function slackAlert({ sandbox }: Stage, key: string): SentAlert {
  const text = `Connection refused by service ${key}`;
  const ts = sandbox.slack.postAsBot(CHANNEL, text);
  const event = {
    type: 'message',
    subtype: 'bot_message',
    bot_id: 'B0ALERTM',
    channel: CHANNEL,
    text,
    ts,
    event_ts: ts,
  };
  const body = JSON.stringify({
    token: 'unused',
    team_id: 'T0TEAM',
    api_app_id: 'A0FLEET',
    type: 'event_callback',
    event_id: `Ev${key.replaceAll('-', '').toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    event,
  });
  return {
    key,
    delivery: key,
    path: '/alerts/slack',
    headers: signRequest(body, sandbox.signingSecret, new Date()),
    body,
  };
}

/** Sends all at once, one after the other to each producer; all must be taken. */
async function sendAllAtOnce(stage: Stage, alerts: SentAlert[]): Promise<void> {
  const { fleet, sender, expect } = stage;
  const answers = await Promise.all(
    alerts.map((alert, index) => sender.send(alert, fleet.producers[index % fleet.producers.length]!.url)),
  );
  const refused = answers.filter((answer) => answer.outcome !== 'acknowledged');
  expect(`every repetition of ${alerts[0]!.key} gets a 2xx (${refused.map((one) => one.why)})`, refused.length === 0);
  const incidents = new Set(
    answers.flatMap(
      ({ body }) =>
        (JSON.parse(body || '{}') as { alerts?: { incidentId: string }[] }).alerts?.map((one) => one.incidentId) ?? [],
    ),
  );
  expect(`the repetitions of ${alerts[0]!.key} name one incident (${incidents.size})`, incidents.size === 1);
}

const sameWebhook: Drill = {
  name: 'same-webhook',
  what: 'the same webhook 4 times at once over 2 producers, of a token sender and of Slack',
  backends: ['redis', 'postgres'],
  shortOn: ['postgres'],
  seconds: { short: 60, long: 180 },
  async run(stage) {
    for (let round = 1; round <= (stage.long ? 100 : 15); round++) {
      const alert = stage.sender.alert();
      await sendAllAtOnce(stage, [alert, alert, alert, alert]);
      const ofSlack = slackAlert(stage, `slackhook-${round}`);
      await sendAllAtOnce(stage, [ofSlack, ofSlack, ofSlack, ofSlack]);
    }
    await expectWorking(stage, 60);
  },
};

const redundantSenders: Drill = {
  name: 'redundant-senders',
  what: 'three senders tell of the same alerts, each in its own delivery (long: 200 alerts, 20 at once)',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  seconds: { short: 60, long: 240 },
  async run(stage) {
    const [alerts, atOnce] = stage.long ? [200, 20] : [20, 5];
    const one = async (n: number) => {
      const key = `redundant-${n}`;
      await sendAllAtOnce(
        stage,
        [1, 2, 3].map((sender) => genericAlert(key, 'Connection refused by', 'critical', `${key}-of-${sender}`)),
      );
    };
    for (let from = 0; from < alerts; from += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, index) => one(from + index)));
      await wait(stage, 0.2);
    }
    await expectWorking(stage, 90);
  },
};

export const INTAKE_DRILLS = [sameWebhook, redundantSenders];
