import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { SlackIdentity } from './slack-wire.ts';

export type DeliveryAttempt = { at: string; status: number | null; error: string | null; durationMs: number };

/** One event on its way to the app; `delivered` is true after a 2xx. */
export type EventDelivery = {
  eventId: string;
  /** The ts of the message that the event is about. */
  ts: string;
  body: string;
  attempts: DeliveryAttempt[];
  delivered: boolean;
};

export type EventsOptions = {
  signingSecret: string;
  /** Where the app takes events; null delivers nothing. */
  requestUrl: string | null;
  /** Waits before the repetitions; Slack: at once, after a minute, after five minutes. */
  retryDelaysMs?: number[];
  /** How long an answer may take; Slack: 3 s. */
  answerTimeoutMs?: number;
};

export const SLACK_RETRY_DELAYS_MS = [0, 60_000, 300_000];
export const SLACK_ANSWER_TIMEOUT_MS = 3_000;

/** The headers of a request as Slack signs it (v0: HMAC-SHA256 over timestamp and raw body). */
export function signSlackRequest(signingSecret: string, body: string, atMs = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  };
}

/** The envelope of the Events API around one event. */
export function eventEnvelope(identity: SlackIdentity, event: Record<string, unknown>, eventId = newEventId()) {
  const authorization = { enterprise_id: null, team_id: identity.teamId, user_id: identity.botUserId, is_bot: true };
  return {
    token: 'sandbox-verification-token',
    team_id: identity.teamId,
    api_app_id: identity.appId,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(Number(event.event_ts ?? Date.now() / 1000)),
    authorizations: [{ ...authorization, is_enterprise_install: false }],
    is_ext_shared_channel: false,
    event_context: `4-${eventId}`,
  };
}

/** A fresh event id in Slack's form. */
export function newEventId(): string {
  return `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`;
}

type Retry = { num: number; reason: string };

type Outcome = DeliveryAttempt & { noRetry: boolean; reason: string };

/** Sends one signed request and says how it went; never throws. */
async function attempt(url: string, body: string, options: EventsOptions, retry: Retry | null): Promise<Outcome> {
  const started = Date.now();
  const done = (status: number | null, error: string | null, reason: string, noRetry = false): Outcome => {
    return { at: new Date(started).toISOString(), status, error, durationMs: Date.now() - started, noRetry, reason };
  };
  const again: Record<string, string> = retry
    ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }
    : {};
  const signal = AbortSignal.timeout(options.answerTimeoutMs ?? SLACK_ANSWER_TIMEOUT_MS);
  try {
    const headers = { ...signSlackRequest(options.signingSecret, body), ...again };
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    await response.arrayBuffer();
    return done(response.status, null, 'http_error', response.headers.get('x-slack-no-retry') === '1');
  } catch (error) {
    return done(null, String(error), signal.aborted ? 'http_timeout' : 'connection_failed');
  }
}

const isSuccess = (status: number | null) => status !== null && status >= 200 && status < 300;

/** Delivers an event as Slack does: again after a failure or a late answer, up to three times. */
export async function deliverEvent(
  delivery: EventDelivery,
  url: string,
  options: EventsOptions,
  closing: AbortSignal,
): Promise<EventDelivery> {
  const delays = options.retryDelaysMs ?? SLACK_RETRY_DELAYS_MS;
  let retry: Retry | null = null;
  for (let num = 0; num <= delays.length && !closing.aborted; num++) {
    const { noRetry, reason, ...made } = await attempt(url, delivery.body, options, retry);
    delivery.attempts.push(made);
    delivery.delivered = isSuccess(made.status);
    if (delivery.delivered || noRetry || num === delays.length) break;
    retry = { num: num + 1, reason };
    await wait(delays[num], undefined, { signal: closing, ref: false }).catch(() => {});
  }
  return delivery;
}
