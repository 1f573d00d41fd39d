import { expect } from 'chai';
import { signRequest, verifySignature } from '../../../src/producer/verify-signature.ts';

/** The example of Slack's documentation. */
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const BODY = Buffer.from(
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&' +
    'user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F' +
    'commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c4' +
    '47fce8b6703c',
);
const TIMESTAMP = '1531420618';
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const NOW = new Date(Number(TIMESTAMP) * 1000);

const check = (headers: Record<string, string | string[] | undefined>, secrets = [SECRET], now = NOW, rawBody = BODY) =>
  verifySignature(
    { rawBody, headers: { 'x-slack-request-timestamp': TIMESTAMP, 'x-slack-signature': SIGNATURE, ...headers } },
    secrets,
    now,
  );
const faultOf = (result: ReturnType<typeof check>) => (result.ok ? null : result.fault);

describe("Slack's signature", () => {
  it("accepts the example of Slack's documentation", () => expect(check({})).to.deep.equal({ ok: true }));

  it('accepts any of several secrets, so that one can be exchanged', () => {
    expect(check({}, ['new-secret', SECRET])).to.deep.equal({ ok: true });
  });

  it('signs what it accepts', () => {
    const body = Buffer.from('{"a":"ä"}');
    expect(check(signRequest(body, 'secret', NOW), ['secret'], NOW, body).ok).to.equal(true);
  });

  for (const [what, headers, fault] of [
    ['no timestamp', { 'x-slack-request-timestamp': undefined }, 'timestamp_missing'],
    ['a timestamp that is none', { 'x-slack-request-timestamp': '1531420618abc' }, 'timestamp_invalid'],
    ['a timestamp with a sign', { 'x-slack-request-timestamp': '-1531420618' }, 'timestamp_invalid'],
    ['two timestamps', { 'x-slack-request-timestamp': [TIMESTAMP, TIMESTAMP] }, 'timestamp_missing'],
    ['no signature', { 'x-slack-signature': undefined }, 'signature_missing'],
    ['another version', { 'x-slack-signature': SIGNATURE.replace('v0', 'v1') }, 'signature_malformed'],
    ['a short signature', { 'x-slack-signature': 'v0=abcd' }, 'signature_malformed'],
    ['another signature', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }, 'signature_wrong'],
    ['another time under the signature', { 'x-slack-request-timestamp': '1531420619' }, 'signature_wrong'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const result = check(headers as Record<string, string>);
      expect(faultOf(result)).to.equal(fault);
      expect(JSON.stringify(result)).not.to.include(SECRET);
    });
  }

  it('refuses another body, another secret and none', () => {
    expect(faultOf(check({}, [SECRET], NOW, Buffer.concat([BODY, Buffer.from(' ')])))).to.equal('signature_wrong');
    expect(faultOf(check({}, ['other']))).to.equal('signature_wrong');
    expect(faultOf(check({}, []))).to.equal('no_secret');
    expect(faultOf(check({}, ['']))).to.equal('no_secret');
  });

  it('keeps a window of 300 s to both sides', () => {
    for (const [seconds, fault] of [
      [300, null],
      [301, 'timestamp_too_far'],
      [-300, null],
      [-301, 'timestamp_too_far'],
    ] as const) {
      expect(faultOf(check({}, [SECRET], new Date(NOW.getTime() + seconds * 1000))), String(seconds)).to.equal(fault);
    }
  });
});
