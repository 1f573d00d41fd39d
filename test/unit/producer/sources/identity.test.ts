import { expect } from 'chai';
import { aParseContext, aPayload, onlyAlert, parseAs, parsePayload, slackMessage } from '../../../support/payloads.ts';

const LATER = aParseContext({ receivedAt: new Date('2026-10-01T10:00:00Z') });
const SOON = aParseContext({ receivedAt: new Date('2026-10-01T08:18:00Z') });

/** Payloads whose sender tells an identity that holds for ever. */
const IDENTIFIED = [
  'slack/person-pool',
  'alertmanager/v4-firing',
  'alertmanager/v3-firing',
  'signoz/firing',
  'pagerduty/v3-triggered',
  'datadog/triggered',
  'cloudwatch/sns-alarm',
  'cloudwatch/eventbridge',
  'generic/documented',
  'generic/zabbix',
];
/** Payloads without one: the content within ten minutes stands in. */
const UNIDENTIFIED = ['grafana/legacy-alerting', 'generic/message-card', 'generic/azure-fired'];
const PAIRS = [
  ['slack/alertmanager-firing', 'slack/alertmanager-resolved'],
  ['alertmanager/v4-firing', 'alertmanager/v4-resolved'],
  ['grafana/legacy-alerting', 'grafana/legacy-ok'],
  ['signoz/firing', 'signoz/resolved'],
  ['pagerduty/v3-triggered', 'pagerduty/v3-resolved'],
  ['datadog/triggered', 'datadog/recovered'],
  ['cloudwatch/sns-alarm', 'cloudwatch/sns-ok'],
  ['generic/documented', 'generic/documented-resolved'],
  ['generic/opsgenie-create', 'generic/opsgenie-close'],
  ['generic/uptime-kuma-down', 'generic/uptime-kuma-up'],
] as const;

describe('the identity of alerts', () => {
  for (const name of IDENTIFIED) {
    it(`${name} has one delivery key, however late it is sent again`, () => {
      expect(onlyAlert(name, LATER).deliveryKey).to.equal(onlyAlert(name).deliveryKey);
    });
  }

  for (const name of UNIDENTIFIED) {
    it(`${name} has one delivery key within ten minutes only`, () => {
      expect(onlyAlert(name, SOON).deliveryKey).to.equal(onlyAlert(name).deliveryKey);
      expect(onlyAlert(name, LATER).deliveryKey).not.to.equal(onlyAlert(name).deliveryKey);
    });
  }

  for (const [firing, resolved] of PAIRS) {
    it(`${firing} and ${resolved} are one problem in two deliveries`, () => {
      expect(onlyAlert(resolved).fingerprint).to.equal(onlyAlert(firing).fingerprint);
      expect(onlyAlert(resolved).deliveryKey).not.to.equal(onlyAlert(firing).deliveryKey);
    });
  }

  it('does not depend on the order of labels', () => {
    const body = aPayload('alertmanager/v4-firing') as { alerts: { labels: Record<string, string> }[] };
    const [entry] = body.alerts;
    entry!.labels = Object.fromEntries(Object.entries(entry!.labels).reverse());
    const [alert] = parseAs('alertmanager', body).alerts;
    expect(alert?.fingerprint).to.equal(onlyAlert('alertmanager/v4-firing').fingerprint);
    expect(alert?.deliveryKey).to.equal(onlyAlert('alertmanager/v4-firing').deliveryKey);
  });

  it('gives the next firing of an Alertmanager alert another delivery key', () => {
    const body = aPayload('alertmanager/v4-firing') as { alerts: { startsAt: string }[] };
    body.alerts[0]!.startsAt = '2026-10-02T08:15:30Z';
    const [alert] = parseAs('alertmanager', body).alerts;
    expect(alert?.fingerprint).to.equal(onlyAlert('alertmanager/v4-firing').fingerprint);
    expect(alert?.deliveryKey).not.to.equal(onlyAlert('alertmanager/v4-firing').deliveryKey);
  });

  it('takes two Slack messages for one problem when only their numbers differ', () => {
    const fingerprints = ['Disk of web-1 at 91 %', 'Disk of web-1 at 97 %', 'Disk of web-2 at 97 %'].map(
      (text, index) => parseAs('slack', slackMessage({ bot_id: 'B0MON', text }, `Ev${index}`)).alerts[0]?.fingerprint,
    );
    expect(fingerprints[0]).to.equal(fingerprints[1]);
    expect(fingerprints[0]).not.to.equal(fingerprints[2]);
  });

  it('keeps the same text in two Slack channels apart', () => {
    const [one, two] = ['C1', 'C2'].map((channel) =>
      slackMessage({ channel, text: 'database of user-service is down' }),
    );
    expect(parseAs('slack', one).alerts[0]?.fingerprint).not.to.equal(parseAs('slack', two).alerts[0]?.fingerprint);
  });

  it('keeps two alerts of one body apart although their sender gave both one fingerprint', () => {
    const { alerts } = parsePayload('alertmanager/v4-many');
    expect(new Set(alerts.map((alert) => alert.fingerprint)).size).to.equal(3);
  });
});
