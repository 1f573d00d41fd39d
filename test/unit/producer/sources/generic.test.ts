import { expect } from 'chai';
import { FleetError } from '../../../../src/shared/errors.ts';
import { aPayload, parseAs } from '../../../support/payloads.ts';

const generic = (body: unknown) => parseAs('generic', body);

describe('the generic source', () => {
  for (const [what, body, message] of [
    ['a title that is no text', { title: 5 }, /`title`/],
    ['an empty title', { title: '  ' }, /`title`/],
    ['an unknown status', { title: 't', status: 'maybe' }, /`status`: must be firing or resolved/],
    ['an unknown severity', { title: 't', severity: 'banana' }, /`severity`: must be critical/],
    ['labels that are no object', { title: 't', labels: [] }, /`labels`/],
    ['a label that is no scalar', { title: 't', labels: { a: {} } }, /`labels\.a`/],
    ['a time that is none', { title: 't', startsAt: 'soon' }, /`startsAt`/],
    ['a fault in the second alert', { alerts: [{ title: 't' }, { title: 't', status: 'x' }] }, /`alerts\[1\]\.status`/],
    ['nothing to read', { a: { b: 1 } }, /send at least `title`/],
    ['an empty object', {}, /send at least `title`/],
    ['an empty list', [], /send at least `title`/],
  ] as const) {
    it(`says what is wrong with ${what}`, () => {
      expect(() => generic(body))
        .to.throw(FleetError, message)
        .with.property('code', 'body_invalid');
    });
  }

  it('reads a body of every sender that it knows, whichever path it came by', () => {
    for (const name of [
      'alertmanager/v4-firing',
      'pagerduty/v3-triggered',
      'datadog/triggered',
      'cloudwatch/sns-alarm',
      'grafana/legacy-alerting',
    ]) {
      const own = parseAs(name.split('/', 1)[0]!, aPayload(name)).alerts[0]!;
      const [alert] = generic(aPayload(name)).alerts;
      const blank = { source: '', deliveryKey: '', earlierDeliveryKey: '', fingerprint: '' };
      expect({ ...alert, ...blank }, name).to.deep.equal({ ...own, ...blank });
    }
  });

  it('never takes a Slack event: only Slack may say in which channel an alert stands', () => {
    const [alert] = generic(aPayload('slack/person-pool')).alerts;
    expect(alert?.slack ?? null).to.equal(null);
  });

  it('reads a body made for a Slack webhook', () => {
    const [alert] = generic({
      username: 'Alertmanager',
      attachments: [{ color: 'danger', title: '[FIRING:1] Disk of web-1', text: 'full' }],
    }).alerts;
    expect(alert).to.deep.include({ status: 'firing', title: 'Disk of web-1', slack: null });
  });

  it('says how many entries of a list it could not read, and keeps the others', () => {
    const { alerts, ignored } = generic([{ summary: 'Disk of web-1 is full' }, { x: {} }, 7]);
    expect(alerts).to.have.length(1);
    expect(ignored[0]?.reason).to.match(/2 entries/);
  });

  it('takes silence about the status for firing', () => {
    expect(generic({ summary: 'Something about web-1' }).alerts[0]?.status).to.equal('firing');
  });
});
