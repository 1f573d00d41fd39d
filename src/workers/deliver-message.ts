import { DependencyError } from '../shared/errors.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Delivery, DeliveryLease, DeliveryPart, DeliveryStore } from '../shared/store/delivery-store.ts';
import type { SlackMessage } from './report-view.ts';

/** The type of our message metadata in Slack; the payload names incident, run and part. */
export const METADATA_EVENT = 'rca_fleet_message';
/** Calls to one channel that may follow each other at once before the pace applies. */
export const PACE_BURST = 4;

export type DeliverDeps = {
  gateway: McpGateway;
  deliveries: DeliveryStore;
  /** Time between two calls to one channel, ms. */
  paceMs: number;
};

/** Where a message goes; `threadTs` null starts a new thread. */
export type Target = { channel: string; threadTs: string | null };

/** The channel can't take a call now; nothing was sent. */
export class PacedError extends Error {
  readonly waitMs: number;
  constructor(waitMs: number) {
    super(`the channel can take the next call in ${waitMs} ms`);
    this.name = 'PacedError';
    this.waitMs = waitMs;
  }
}

type Sending = {
  lease: DeliveryLease;
  part: DeliveryPart;
  target: Target;
  message: SlackMessage;
  revision: number;
  signal: AbortSignal;
};

/**
 * Brings one message of the outbox to `revision`: posts it, or edits it where it stands. A post whose answer was lost is
 * looked for in Slack by its metadata before anything is posted again. Returns the message's timestamp. Throws PacedError,
 * DependencyError, or LeaseLostError (then a post of ours that came too late has been taken back).
 */
export async function deliverMessage(deps: DeliverDeps, sending: Sending): Promise<string> {
  const { lease, part, target, revision } = sending;
  const delivery = await deps.deliveries.open(lease, part, target);
  const standing = delivery.messageTs ?? (await findLostPost(deps, sending, delivery));
  if (standing === null) return await post(deps, sending);
  if (delivery.shown < revision || delivery.messageTs === null) await edit(deps, sending, standing);
  await deps.deliveries.markSent(lease, part, { channel: target.channel, messageTs: standing, shown: revision });
  return standing;
}

async function post(deps: DeliverDeps, sending: Sending): Promise<string> {
  const { deliveries } = deps;
  const { lease, part, target, revision } = sending;
  await waitForPace(deps, target.channel);
  await deliveries.markSending(lease, part);
  const messageTs = await callPost(deps, sending).catch(async (error) => {
    if (!(error instanceof DependencyError) || !error.ambiguous)
      await deliveries.markNotSent(lease, part, String(error.message));
    throw error;
  });
  try {
    await deliveries.markSent(lease, part, { channel: target.channel, messageTs, shown: revision });
  } catch (error) {
    await takeBackIfNotOurs(deps, sending, messageTs);
    throw error;
  }
  return messageTs;
}

async function callPost({ gateway }: DeliverDeps, { lease, part, target, message, signal }: Sending): Promise<string> {
  const { text, blocks } = message;
  const { channel, threadTs } = target;
  const metadata = messageMetadata(lease, part);
  const options = { signal, incidentId: lease.incidentId };
  const { data } = threadTs
    ? await gateway.call('slack.post_thread_reply', { channel, threadTs, text, blocks, metadata }, options)
    : await gateway.call('slack.post_message', { channel, text, blocks, metadata }, options);
  return data.ts;
}

async function edit(deps: DeliverDeps, { lease, part, target, message, signal }: Sending, ts: string): Promise<void> {
  await waitForPace(deps, target.channel);
  const metadata = messageMetadata(lease, part);
  const input = { channel: target.channel, ts, text: message.text, blocks: message.blocks, metadata };
  try {
    await deps.gateway.call('slack.update_message', input, { signal, incidentId: lease.incidentId });
  } catch (error) {
    // Somebody deleted the message: they have seen it, and posting it again would be spam.
    if (!(error instanceof DependencyError && error.detail === 'message_not_found')) throw error;
  }
}

/** Reads Slack back for a post whose answer never came. */
async function findLostPost(deps: DeliverDeps, sending: Sending, delivery: Delivery): Promise<string | null> {
  if (delivery.state !== 'sending') return null;
  const { lease, part, target, signal } = sending;
  const options = { signal, incidentId: lease.incidentId };
  const { channel, threadTs } = target;
  const oldest = String(Date.parse(delivery.sendingAt ?? '') / 1000 - 120 || 0);
  const { data } = threadTs
    ? await deps.gateway.call('slack.thread_info', { channel, threadTs, limit: 1000 }, options)
    : await deps.gateway.call('slack.channel_history', { channel, oldest, limit: 999 }, options);
  const wanted = messageMetadata(lease, part).event_payload;
  const found = data.messages.find(({ metadata }) => {
    const payload = metadata?.event_type === METADATA_EVENT ? metadata.event_payload : null;
    return payload?.incident_id === wanted.incident_id && payload.run === wanted.run && payload.part === wanted.part;
  });
  return found?.ts ?? null;
}

/** This worker slept through its lease while posting: if another one has posted meanwhile, ours must go. */
async function takeBackIfNotOurs(
  { gateway, deliveries }: DeliverDeps,
  { lease, part, target, signal }: Sending,
  messageTs: string,
) {
  const rows = await deliveries.list(lease.incidentId).catch(() => []);
  const row = rows.find((item) => item.run === lease.run && item.part === part);
  if (!row?.messageTs || row.messageTs === messageTs) return;
  await gateway
    .call('slack.delete_message', { channel: target.channel, ts: messageTs }, { signal })
    .catch(() => undefined);
}

async function waitForPace({ deliveries, paceMs }: DeliverDeps, channel: string): Promise<void> {
  const waitMs = await deliveries.takePace(channel, paceMs, PACE_BURST);
  if (waitMs > 0) throw new PacedError(waitMs);
}

function messageMetadata({ incidentId, run }: DeliveryLease, part: DeliveryPart) {
  return { event_type: METADATA_EVENT, event_payload: { incident_id: incidentId, run, part } };
}
