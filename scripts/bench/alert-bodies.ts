import { signRequest } from '../../src/producer/verify-signature.ts';

/** A request of intake, complete: an alert of about 1 KB that was never sent before, with the sender's proof. */
export type AlertRequest = { path: string; headers: Record<string, string>; body: string };

export const LOAD_SOURCES = ['generic', 'slack'] as const;
export type LoadSource = (typeof LOAD_SOURCES)[number];

export const BENCH_CHANNEL = 'C0ALERTS01';
const STORY =
  'p99 latency of checkout has risen from 180 ms to 2.4 s within six minutes; 37 % of requests end with a timeout while ' +
  'waiting for a connection. The dashboard shows 50 of 50 connections in use since the last deployment, and the number of ' +
  'waiting requests grows. Runbook: compare connections in use with the limit, look for transactions that stay open, then ' +
  'for queries that have become slow. Owner: payments, rota 3. Seen by the synthetic check from two regions as well.';

type Credentials = { webhookToken: string; signingSecret: string };

/** Makes the requests of a load; every one has another title, identity and event id. */
export function alertRequests(source: LoadSource, { webhookToken, signingSecret }: Credentials): () => AlertRequest {
  let count = Math.floor(Math.random() * 1e9) * 1_000;
  const generic = (): AlertRequest => ({
    path: '/alerts/generic',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${webhookToken}` },
    body: genericBody(++count),
  });
  const slack = (): AlertRequest => {
    const body = slackBody(++count);
    const headers = { 'content-type': 'application/json', ...signRequest(body, signingSecret, new Date()) };
    return { path: '/alerts/slack', headers, body };
  };
  return { generic, slack }[source];
}

function genericBody(n: number): string {
  return JSON.stringify({
    title: `Database connection pool exhausted for user-service-${n}`,
    description: STORY,
    severity: 'critical',
    service: `user-service-${n}`,
    namespace: 'shop',
    labels: { alertname: 'DatabaseConnectionPoolExhausted', team: 'payments', region: 'eu-west-1', instance: `i-${n}` },
    annotations: { summary: 'No free connection for 5 minutes', expr: 'db_pool_in_use / db_pool_limit > 0.95' },
    startsAt: new Date().toISOString(),
    url: 'https://alerts.example.com/rules/pool-exhausted',
    deliveryId: `bench-${n}`,
  });
}

function slackBody(n: number): string {
  const ts = `${Math.floor(Date.now() / 1000)}.${String(n % 1_000_000).padStart(6, '0')}`;
  const attachment = {
    id: 1,
    color: 'a30200',
    title: `[FIRING:1] DatabaseConnectionPoolExhausted for user-service-${n}`,
    title_link: 'https://alerts.example.com/#/alerts',
    fallback: '[FIRING:1] DatabaseConnectionPoolExhausted',
    text: `*Description:* ${STORY}\n*Details:*\n  • *service:* \`user-service-${n}\`\n  • *severity:* \`critical\``,
  };
  return JSON.stringify({
    token: 'unused',
    team_id: 'T0TEAM',
    api_app_id: 'A0FLEET',
    type: 'event_callback',
    event_id: `Ev0${n.toString(36).toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    event: {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0ALERTM',
      channel: BENCH_CHANNEL,
      channel_type: 'channel',
      text: '',
      ts,
      event_ts: ts,
      attachments: [attachment],
    },
  });
}
