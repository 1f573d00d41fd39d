import { randomBytes } from 'node:crypto';

/** An alert as a person describes it on the command line. */
export type GivenAlert = {
  title: string;
  description: string | null;
  service: string | null;
  namespace: string | null;
  severity: string | null;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
};

/** Where the Slack message stands; `ts` is its timestamp as Slack writes it. */
export type SlackPlace = { channel: string; ts: string };

/** Our own documented JSON, for the source `generic`. */
export function genericBody(alert: GivenAlert, now: Date): Record<string, unknown> {
  const { title, description, service, namespace, severity, status, labels } = alert;
  // Each call is a firing of its own; without a time the producer would take a second one for a repeated delivery.
  const times = { startsAt: now.toISOString(), ...(status === 'resolved' ? { endsAt: now.toISOString() } : {}) };
  return { title, status, labels, ...times, ...known({ description, service, namespace, severity }) };
}

/** Alertmanager's webhook, version 4, as it sends a group of one alert. */
export function alertmanagerBody(alert: GivenAlert, now: Date): Record<string, unknown> {
  const { title, description, service, namespace, severity, status } = alert;
  const labels = { alertname: title, ...known({ service, namespace, severity }), ...alert.labels };
  const annotations = { summary: title, ...known({ description }) };
  const endsAt = status === 'resolved' ? now.toISOString() : '0001-01-01T00:00:00Z';
  const one = { status, labels, annotations, startsAt: now.toISOString(), endsAt, generatorURL: '' };
  return {
    version: '4',
    groupKey: `{}:{alertname=${JSON.stringify(title)}}`,
    truncatedAlerts: 0,
    status,
    receiver: 'rca-fleet',
    groupLabels: { alertname: title },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    alerts: [one],
  };
}

/** The Events API request that Slack sends when a monitoring bot posts the alert into a channel. */
export function slackBody(alert: GivenAlert, { channel, ts }: SlackPlace): Record<string, unknown> {
  const { title, description, service, namespace, severity, status, labels } = alert;
  const facts = Object.entries({ ...known({ severity, service, namespace }), ...labels });
  const lines = [
    `[${status.toUpperCase()}] ${title}`,
    description ?? '',
    ...facts.map(([name, value]) => `${name}: ${value}`),
  ];
  return {
    type: 'event_callback',
    team_id: 'T0SENDALERT',
    api_app_id: 'A0SENDALERT',
    event_id: `Ev${randomBytes(6).toString('hex').toUpperCase()}`,
    event_time: Math.floor(Number(ts)),
    event: {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0SENDALERT',
      username: 'send-alert',
      channel,
      channel_type: 'channel',
      ts,
      event_ts: ts,
      text: lines.filter((line) => line !== '').join('\n'),
    },
  };
}

/** A Slack timestamp of this moment. */
export function slackTs(now: Date): string {
  return `${(now.getTime() / 1000).toFixed(3)}000`;
}

function known(fields: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== null));
}
