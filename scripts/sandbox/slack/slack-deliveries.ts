import {
  deliverEvent,
  type EventDelivery,
  type EventsOptions,
  eventEnvelope,
  signSlackRequest,
} from './slack-events.ts';
import { type SlackIdentity, wireMessage } from './slack-wire.ts';
import type { SlackMessage, SlackWorld } from './slack-world.ts';

/** The Events API side of the simulated Slack. */
export type SlackDeliveries = {
  /** Every event sent so far, with its attempts. */
  deliveries: EventDelivery[];
  setRequestUrl(url: string | null): void;
  /** Settles when the event about this message has been delivered or given up. */
  delivery(ts: string): Promise<EventDelivery>;
  /** Sends the event about this message once more, same event id and body. */
  redeliver(ts: string): Promise<EventDelivery>;
  /** The url_verification handshake; answers the HTTP status and the body. */
  verifyRequestUrl(challenge?: string): Promise<{ status: number; body: string }>;
  close(): void;
};

type Send = (channel: string, ts: string, event: Record<string, unknown>) => void;

/** An event for every post (the app's own too), edit and deletion. */
function announce({ events, nextTs }: SlackWorld, teamId: string, send: Send): void {
  const wire = (message: SlackMessage) => wireMessage(message, teamId, false);
  events.on('posted', (message: SlackMessage) =>
    send(message.channel, message.ts, { ...wire(message), event_ts: message.ts }),
  );
  events.on('edited', (message: SlackMessage, previous: SlackMessage) => {
    const ts = nextTs();
    const what = { message: wire(message), previous_message: wire(previous), hidden: true };
    send(message.channel, ts, { type: 'message', subtype: 'message_changed', ...what, ts, event_ts: ts });
  });
  events.on('deleted', (message: SlackMessage) => {
    const ts = nextTs();
    const what = { deleted_ts: message.ts, previous_message: wire(message), hidden: true };
    send(message.channel, ts, { type: 'message', subtype: 'message_deleted', ...what, ts, event_ts: ts });
  });
}

async function verify(requestUrl: string, signingSecret: string, challenge: string) {
  const body = JSON.stringify({ token: 'sandbox-verification-token', challenge, type: 'url_verification' });
  const headers = signSlackRequest(signingSecret, body);
  const response = await fetch(requestUrl, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
}

/** Tells the app of what is said in the channels it is a member of. */
export function createSlackDeliveries(
  world: SlackWorld,
  identity: SlackIdentity,
  options: EventsOptions,
): SlackDeliveries {
  let requestUrl = options.requestUrl;
  const closing = new AbortController();
  const deliveries: EventDelivery[] = [];
  const running = new Map<string, Promise<EventDelivery>>();
  const run = (delivery: EventDelivery, url: string) => {
    const ended = deliverEvent(delivery, url, options, closing.signal).finally(() => world.events.emit('change'));
    running.set(delivery.ts, ended);
    return ended;
  };
  announce(world, identity.teamId, (channel, ts, event) => {
    if (!requestUrl || !world.channel(channel)?.isMember) return;
    const envelope = eventEnvelope(identity, { ...event, channel, channel_type: 'channel' });
    const body = JSON.stringify(envelope);
    const delivery = { eventId: envelope.event_id, ts, body, attempts: [], delivered: false };
    deliveries.push(delivery);
    run(delivery, requestUrl);
  });
  const known = (ts: string) => {
    const delivery = deliveries.find((one) => one.ts === ts);
    if (!delivery) throw new Error(`no event was sent for the message ${ts}: is a request URL set?`);
    return delivery;
  };
  const target = () => {
    if (!requestUrl) throw new Error('no request URL is set');
    return requestUrl;
  };
  return {
    deliveries,
    setRequestUrl(url) {
      requestUrl = url;
    },
    delivery: async (ts) => (await running.get(known(ts).ts)) as EventDelivery,
    redeliver: async (ts) => run({ ...known(ts), attempts: [], delivered: false }, target()),
    verifyRequestUrl: async (challenge = 'sandbox-challenge') => verify(target(), options.signingSecret, challenge),
    close: () => closing.abort(),
  };
}
