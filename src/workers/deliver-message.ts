import { DependencyError } from '../shared/errors.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Delivery, DeliveryLease, DeliveryPart } from '../shared/store/delivery-store.ts';
import { type DeliverDeps, type Delivered, deliverOnce, type Outgoing, type Sendable } from './deliver-once.ts';
import type { SlackMessage } from './report-view.ts';

/** The type of our message metadata in Slack; the payload names incident, run and part. */
export const METADATA_EVENT = 'rca_fleet_message';
/** A message is taken back also while the worker shuts down. */
const DELETE_MS = 5_000;
/** A lost post is looked for from this long before it was sent off, s: Slack's clock is not ours. */
const CLOCKS_DIFFER_S = 120;
/** Pages of a thousand messages that are read back at most. */
const MAX_PAGES = 10;

export type Sending = Outgoing & {
  message: SlackMessage;
  /** What it says is not to be missed: it is posted anew where Slack does not let the message be edited. */
  anew?: boolean;
};

/** Slack's words for a message that nobody may edit any more, or not this app. */
const NOT_EDITABLE = new Set(['edit_window_closed', 'cant_update_message']);

/** Brings one text message of the outbox to `revision`; it is found again by its metadata. See `deliverOnce`. */
export async function deliverMessage(deps: DeliverDeps, asked: Sending): Promise<Delivered> {
  return await deliverOnce(deps, asked, (target) => textMessage(deps.gateway, { ...asked, target }));
}

function textMessage(gateway: McpGateway, sending: Sending): Sendable {
  const { lease, target, signal } = sending;
  const options = { signal, incidentId: lease.incidentId };
  return {
    send: () => post(gateway, sending),
    find: (delivery) => findPosts(gateway, sending, delivery),
    edit: (ts) => edit(gateway, sending, ts),
    async remove(ts) {
      const limited = { ...options, signal: AbortSignal.timeout(DELETE_MS) };
      await gateway.call('slack.delete_message', { channel: target.channel, ts }, limited).catch(() => undefined);
    },
  };
}

async function post(gateway: McpGateway, { lease, part, target, message, signal }: Sending): Promise<string> {
  const { text, blocks } = message;
  const { channel, threadTs } = target;
  const metadata = messageMetadata(lease, part);
  const options = { signal, incidentId: lease.incidentId };
  const { data } = threadTs
    ? await gateway.call('slack.post_thread_reply', { channel, threadTs, text, blocks, metadata }, options)
    : await gateway.call('slack.post_message', { channel, text, blocks, metadata }, options);
  return data.ts;
}

async function edit(gateway: McpGateway, sending: Sending, ts: string): Promise<boolean> {
  const { lease, part, target, message, signal, anew = false } = sending;
  const metadata = messageMetadata(lease, part);
  const input = { channel: target.channel, ts, text: message.text, blocks: message.blocks, metadata };
  try {
    await gateway.call('slack.update_message', input, { signal, incidentId: lease.incidentId });
    return true;
  } catch (error) {
    const word = error instanceof DependencyError ? (error.detail ?? '') : '';
    // Somebody deleted the message: they have seen it, and posting it again would be spam. So would every bit of news be.
    if (word === 'message_not_found') return true;
    if (NOT_EDITABLE.has(word)) return !anew;
    throw error;
  }
}

/** Reads Slack back for a post whose answer never came, until it is found: much may have been posted after it. */
async function findPosts(gateway: McpGateway, sending: Sending, { sendingAt }: Delivery): Promise<string[]> {
  const { lease, part, target, signal } = sending;
  const options = { signal, incidentId: lease.incidentId };
  const { channel, threadTs } = target;
  const oldest = String(Date.parse(sendingAt ?? '') / 1000 - CLOCKS_DIFFER_S || 0);
  const read = (cursor?: string) =>
    threadTs
      ? gateway.call('slack.thread_info', { channel, threadTs, limit: 1000, cursor }, options)
      : gateway.call('slack.channel_history', { channel, oldest, limit: 999, cursor }, options);
  const wanted = messageMetadata(lease, part).event_payload;
  let next: string | null | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data } = await read(next ?? undefined);
    const ours = data.messages.filter(({ metadata }) => {
      const payload = metadata?.event_type === METADATA_EVENT ? metadata.event_payload : null;
      return payload?.incident_id === wanted.incident_id && payload.run === wanted.run && payload.part === wanted.part;
    });
    if (ours.length > 0) return ours.map(({ ts }) => ts).sort();
    next = data.nextCursor;
    if (!next) break;
  }
  return [];
}

function messageMetadata({ incidentId, run }: DeliveryLease, part: DeliveryPart) {
  return { event_type: METADATA_EVENT, event_payload: { incident_id: incidentId, run, part } };
}
