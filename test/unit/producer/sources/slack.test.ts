import { expect } from 'chai';
import { FleetError } from '../../../../src/shared/errors.ts';
import { aParseContext, onlyAlert, parseAs, slackMessage } from '../../../support/payloads.ts';

const person = (text: string) => parseAs('slack', slackMessage({ text }));
const bot = (text: string, more: Record<string, unknown> = {}) =>
  parseAs('slack', slackMessage({ user: undefined, bot_id: 'B0MON', subtype: 'bot_message', text, ...more }));

const PERSON_ALERTS = [
  'SSL certificate for api.example.com expires in 24 hours',
  'Database connection pool exhausted for user-service',
  'user-service is down in production',
  'ALERT: payments are failing',
  ':rotating_light: checkout broken',
  'P1: nobody can pay',
  'we are seeing 502 errors on checkout-api',
  'Redis out of memory on cache-01.example.com',
];
const PERSON_TALK = [
  'good morning',
  'who is on call?',
  'Good morning team, coffee?',
  'I fixed the timeout on user-service',
  'thanks, the errors on the api are gone',
  'can you look at the database error on orders?',
  '<@U0BOB> the pod restarted again',
  'lunch at 12',
  'let us meet at the office',
  'Is the database down?',
];
const BOT_CHATTER = [
  'Pull request #12 opened by anna: fix login',
  '*Task status changed* from `complete` to `to do`',
  'Reminder: standup in 10 minutes',
  'Build #482 passed on branch main',
  'Good morning! Here is your daily report',
  'PROJ-123 was assigned to Bob',
];

describe('the slack source', () => {
  for (const text of PERSON_ALERTS) {
    it(`takes a person's "${text}" for an alert`, () => expect(person(text).alerts).to.have.length(1));
  }

  for (const text of PERSON_TALK) {
    it(`leaves a person's "${text}" alone`, () => {
      expect(person(text).alerts).to.deep.equal([]);
      expect(person(text).ignored).to.have.length(1);
    });
  }

  for (const text of BOT_CHATTER) {
    it(`leaves a bot's "${text}" alone`, () => expect(bot(text).alerts).to.deep.equal([]));
  }

  it("takes a bot's message for an alert although it knows none of its words", () => {
    expect(bot('Zorblax index of frobnicator at 17').alerts).to.have.length(1);
  });

  it('takes chatter for an alert when a monitoring tool says it or it is red', () => {
    expect(bot('Deployment finished with warnings', { username: 'Grafana' }).alerts).to.have.length(1);
    expect(bot('Task failed', { attachments: [{ color: 'danger', text: 'Task failed' }] }).alerts).to.have.length(1);
  });

  for (const [text, status] of [
    ['[RESOLVED] CPU high on web-1', 'resolved'],
    ['Recovered: CPU high on web-1', 'resolved'],
    ['OK: CPU on web-1', 'resolved'],
    [':white_check_mark: CPU on web-1', 'resolved'],
    ['The alert "CPU high" has been resolved', 'resolved'],
    ['Alert on web-1 has been resolved', 'resolved'],
    ['api.example.com is up again', 'resolved'],
    ['[FIRING:2, RESOLVED:1] CPU high', 'firing'],
    ['3 unresolved issues on web-1', 'firing'],
    ['host db.example.com could not be resolved', 'firing'],
    ['failed to resolve host db.example.com', 'firing'],
    ['name api.example.com resolved to a wrong address', 'firing'],
    ['Incident will be closed once errors are resolved', 'firing'],
    ['[Triggered] replica has not recovered', 'firing'],
  ] as const) {
    it(`reads "${text}" as ${status}`, () => expect(bot(text).alerts[0]?.status).to.equal(status));
  }

  it('tells resolved from the colour where the words say nothing', () => {
    const [alert] = bot('', { attachments: [{ color: '#36a64f', text: 'CPU of web-1 at 20 %' }] }).alerts;
    expect(alert?.status).to.equal('resolved');
  });

  it('believes the words rather than the colour', () => {
    const [alert] = bot('', { attachments: [{ color: 'good', title: '[FIRING:1] CPU of web-1' }] }).alerts;
    expect(alert?.status).to.equal('firing');
  });

  it('unwraps links, escapes and marks', () => {
    const [alert] = bot('*Error* on <https://a.example.com|api &amp; web>: `x &lt; y`').alerts;
    expect(alert?.description).to.equal('Error on api & web: x < y');
    expect(alert?.url).to.equal('https://a.example.com');
  });

  it('keeps hostile text bounded and without control characters', () => {
    const alert = onlyAlert('slack/hostile');
    expect(alert.title).to.have.length(300);
    expect(alert.description).to.have.length(8000);
    expect(alert.description).not.to.include('\u0000').and.not.to.include('\u202e');
    expect(alert.url).to.equal('https://evil.example.com');
  });

  it('knows our own posts by their metadata before Slack has told who we are', () => {
    const body = slackMessage({
      text: 'database is down',
      metadata: { event_type: 'rca_fleet_message', event_payload: {} },
    });
    const { ignored } = parseAs('slack', body, aParseContext({ ownSlack: null }));
    expect(ignored[0]?.reason).to.match(/our own/);
  });

  it("takes a bot's news of trouble for an alert, whatever the service is called", () => {
    for (const text of ['calendar-service is down', 'Task import-orders failed', 'survey-api answers 502 errors']) {
      expect(bot(text).alerts, text).to.have.length(1);
    }
  });

  it("takes a thread's root for an alert and its replies not", () => {
    const root = slackMessage({ text: 'database of user-service down', thread_ts: '1790000000.000100' });
    expect(parseAs('slack', root).alerts).to.have.length(1);
  });

  it('ignores direct messages, reactions and broadcasts of replies', () => {
    const bodies = [
      slackMessage({ text: 'database down', channel_type: 'im' }),
      slackMessage({ type: 'reaction_added' }),
      slackMessage({ subtype: 'thread_broadcast', text: 'database down' }),
    ];
    for (const body of bodies) expect(parseAs('slack', body).alerts).to.deep.equal([]);
  });

  it('says what to set when the body is no event', () => {
    expect(() => parseAs('slack', { text: 'hello' })).to.throw(FleetError, /`event` is missing/);
    expect(() => parseAs('slack', [])).to.throw(FleetError, /JSON object/);
  });
});
