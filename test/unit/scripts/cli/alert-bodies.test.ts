import { expect } from 'chai';
import {
  alertmanagerBody,
  type GivenAlert,
  genericBody,
  slackBody,
  slackTs,
} from '../../../../scripts/cli/alert-bodies.ts';
import { parseAs } from '../../../support/payloads.ts';

const NOW = new Date('2026-10-01T08:15:30.250Z');
const GIVEN: GivenAlert = {
  title: 'Database connection pool exhausted',
  description: 'no free connection for 30 s',
  service: 'user-service',
  namespace: 'shop',
  severity: 'critical',
  status: 'firing',
  labels: { team: 'identity' },
};
const PLACE = { channel: 'C0ALERTS', ts: slackTs(NOW) };

const BODIES = {
  generic: (alert: GivenAlert) => genericBody(alert, NOW),
  alertmanager: (alert: GivenAlert) => alertmanagerBody(alert, NOW),
  slack: (alert: GivenAlert) => slackBody(alert, PLACE),
};

describe('the bodies that send-alert builds', () => {
  for (const [source, bodyOf] of Object.entries(BODIES)) {
    it(`are read by the source ${source} as the alert that was given`, () => {
      const { alerts } = parseAs(source, bodyOf(GIVEN));
      expect(alerts).to.have.length(1);
      expect(alerts[0]).to.include({
        source,
        status: 'firing',
        title: 'Database connection pool exhausted',
        service: 'user-service',
        namespace: 'shop',
        severity: 'critical',
      });
      expect(alerts[0]!.labels).to.include({ team: 'identity' });
      expect(alerts[0]!.description).to.include('no free connection for 30 s');
    });

    it(`of ${source} say that the same problem is over when it is resolved`, () => {
      const [firing] = parseAs(source, bodyOf(GIVEN)).alerts;
      const [resolved] = parseAs(source, bodyOf({ ...GIVEN, status: 'resolved' })).alerts;
      expect(resolved).to.include({ status: 'resolved', fingerprint: firing!.fingerprint });
      expect(resolved!.deliveryKey).not.to.equal(firing!.deliveryKey);
    });

    it(`of ${source} need nothing but a title`, () => {
      const bare = { ...GIVEN, description: null, service: null, namespace: null, severity: null, labels: {} };
      expect(parseAs(source, bodyOf(bare)).alerts[0]).to.include({ title: GIVEN.title });
    });
  }

  it('are deliveries of their own, so that sending twice is two firings', () => {
    const later = new Date(NOW.getTime() + 1000);
    const [first] = parseAs('generic', genericBody(GIVEN, NOW)).alerts;
    const [second] = parseAs('generic', genericBody(GIVEN, later)).alerts;
    expect(second!.fingerprint).to.equal(first!.fingerprint);
    expect(second!.deliveryKey).not.to.equal(first!.deliveryKey);
  });

  it('stand in Slack at the place that was given', () => {
    expect(PLACE.ts).to.equal('1790842530.250000');
    expect(parseAs('slack', slackBody(GIVEN, PLACE)).alerts[0]!.slack).to.include(PLACE);
  });
});
