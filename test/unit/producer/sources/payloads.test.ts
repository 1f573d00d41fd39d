import { expect } from 'chai';
import type { Alert } from '../../../../src/shared/alert.ts';
import { onlyAlert, parsePayload } from '../../../support/payloads.ts';

type Expected = Partial<Alert>;

/** One alert per payload, and what must be read from it. */
const SINGLE: Record<string, Expected> = {
  'slack/person-certificate': {
    status: 'firing',
    title: 'SSL certificate for api.example.com expires in 24 hours',
    service: 'api.example.com',
    severity: 'medium',
    slack: { channel: 'C0ALERTS', ts: '1790000000.000100', teamId: 'T0TEAM' },
  },
  'slack/person-pool': { status: 'firing', service: 'user-service', startsAt: '2026-09-21T14:13:20.000Z' },
  'slack/alertmanager-firing': {
    status: 'firing',
    name: 'HighErrorRate',
    service: 'checkout-service',
    namespace: 'shop',
    severity: 'critical',
    url: 'https://alertmanager.example.com/#/alerts',
  },
  'slack/alertmanager-resolved': { status: 'resolved', name: 'HighErrorRate', startsAt: null },
  'slack/bot-blocks': {
    status: 'firing',
    title: 'Disk almost full on db-primary',
    severity: 'critical',
    severityText: 'P1',
  },
  'alertmanager/v4-firing': {
    status: 'firing',
    name: 'KubePodCrashLooping',
    service: 'user-service',
    namespace: 'shop',
    severity: 'critical',
    startsAt: '2026-10-01T08:15:30.123Z',
    endsAt: null,
  },
  'alertmanager/v4-resolved': { status: 'resolved', endsAt: '2026-10-01T09:00:00.000Z' },
  'alertmanager/v3-firing': { status: 'firing', name: 'PingFailed', service: 'edge' },
  'alertmanager/api-v2-list': { status: 'firing', name: 'HighLatency', service: 'cart' },
  'grafana/legacy-alerting': {
    status: 'firing',
    name: 'Cart latency',
    title: 'Cart latency',
    severity: 'critical',
    service: 'cart',
  },
  'grafana/legacy-ok': { status: 'resolved', title: 'Cart latency' },
  'grafana/legacy-no-data': { status: 'firing', severity: 'medium', severityText: 'no_data' },
  'grafana/hostile': { status: 'firing', title: '12345' },
  'signoz/firing': { status: 'firing', service: 'user-service', severity: 'high', severityText: 'error' },
  'signoz/resolved': { status: 'resolved', service: 'user-service' },
  'pagerduty/v3-triggered': {
    status: 'firing',
    title: 'Replication lag above 5 minutes',
    service: 'orders-db',
    severity: 'critical',
    url: 'https://example.pagerduty.com/incidents/Q1INCIDENT',
  },
  'pagerduty/v3-resolved': { status: 'resolved', service: 'orders-db' },
  'pagerduty/events-api-trigger': { status: 'firing', severity: 'high', service: 'storage' },
  'pagerduty/hostile': { status: 'firing', title: 'Alert without a title' },
  'datadog/triggered': {
    status: 'firing',
    name: 'High error rate on checkout',
    description: 'Error rate is 12 %',
    severity: 'high',
    severityText: 'P2',
    service: 'checkout',
  },
  'datadog/recovered': { status: 'resolved', startsAt: null, endsAt: '2026-09-21T14:23:20.000Z' },
  'cloudwatch/sns-alarm': {
    status: 'firing',
    name: 'orders-db-cpu',
    service: 'orders-db',
    severity: 'high',
    severityText: 'ALARM',
  },
  'cloudwatch/sns-ok': { status: 'resolved', endsAt: '2026-10-01T08:40:30.000Z' },
  'cloudwatch/sns-text': { status: 'firing', title: 'RDS Notification Message' },
  'cloudwatch/eventbridge': { status: 'firing', name: 'alb-5xx', severity: 'high' },
  'cloudwatch/hostile': { status: 'firing', name: 'x' },
  'generic/documented': {
    status: 'firing',
    severity: 'high',
    service: 'checkout',
    namespace: 'shop',
    labels: { team: 'payments', shard: '3' },
  },
  'generic/documented-resolved': { status: 'resolved', endsAt: '2026-10-01T08:45:30.000Z' },
  'generic/opsgenie-create': { status: 'firing', severity: 'critical', title: 'Queue depth above 10000' },
  'generic/opsgenie-close': { status: 'resolved' },
  'generic/azure-fired': { status: 'firing', name: 'vm-cpu-high', severity: 'medium', severityText: 'warning' },
  'generic/sentry-issue': { status: 'firing', severity: 'high', service: 'Checkout' },
  'generic/uptime-kuma-down': { status: 'firing', name: 'api', title: 'api: connect ECONNREFUSED' },
  'generic/uptime-kuma-up': { status: 'resolved', name: 'api' },
  'generic/zabbix': { status: 'firing', severity: 'critical', service: 'web-01' },
  'generic/newrelic': { status: 'resolved', severity: 'high' },
  'generic/message-card': { status: 'resolved', service: 'shop', title: 'TLS certificate of shop.example.com' },
  'generic/hostile': { status: 'firing', title: 'real \ufffd text' },
};

/** Payloads that hold no alert, and a word of the reason. */
const IGNORED: Record<string, RegExp> = {
  'slack/person-chat': /talking/,
  'slack/person-question': /question/,
  'slack/thread-reply': /thread/,
  'slack/edited': /message_changed/,
  'slack/joined': /channel_join/,
  'slack/own-post': /our own/,
  'slack/rate-limited': /app_rate_limited/,
  'slack/bot-build-news': /news/,
  'grafana/legacy-paused': /paused/,
  'pagerduty/v3-acknowledged': /acknowledged/,
  'pagerduty/v3-ping': /pagey\.ping/,
  'generic/opsgenie-acknowledge': /Acknowledge/,
  'cloudwatch/subscription': /by hand: open https:\/\/sns\.eu-west-1\.amazonaws\.com/,
  'cloudwatch/subscription-elsewhere': /not an address of SNS/,
};

/** Payloads that hold several alerts: how they stand, in order. */
const MANY: Record<string, string[]> = {
  'alertmanager/v4-many': ['firing', 'resolved', 'firing'],
  'grafana/unified-mixed': ['firing', 'resolved'],
  'signoz/many': ['firing', 'firing'],
  'pagerduty/v2-many': ['firing', 'resolved'],
  'datadog/list': ['firing', 'firing'],
  'generic/documented-many': ['firing', 'resolved'],
};

describe('the payloads of every source', () => {
  for (const [name, expected] of Object.entries(SINGLE)) {
    it(`${name} is one alert`, () => {
      expect(onlyAlert(name)).to.deep.include(expected);
    });
  }

  for (const [name, reason] of Object.entries(IGNORED)) {
    it(`${name} is ignored with a reason`, () => {
      const { alerts, ignored } = parsePayload(name);
      expect(alerts).to.deep.equal([]);
      expect(ignored.map((entry) => entry.reason).join()).to.match(reason);
    });
  }

  for (const [name, statuses] of Object.entries(MANY)) {
    it(`${name} holds ${statuses.length} alerts`, () => {
      const { alerts } = parsePayload(name);
      expect(alerts.map((alert) => alert.status)).to.deep.equal(statuses);
      expect(new Set(alerts.map((alert) => alert.deliveryKey)).size).to.equal(alerts.length);
      expect(new Set(alerts.map((alert) => alert.fingerprint)).size).to.equal(alerts.length);
    });
  }

  it('answers Slack with its challenge', () => {
    expect(parsePayload('slack/url-verification')).to.deep.equal({
      alerts: [],
      ignored: [],
      challenge: 'ch4ll3ng3-0f-sl4ck',
    });
  });
});
