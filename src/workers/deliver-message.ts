import { pause } from '../shared/deadline.ts';
import { DependencyError, LeaseLostError } from '../shared/errors.ts';
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
  /** How long a post that came too late waits to hear what became of its message otherwise, ms. */
  takeBackMs?: number;
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

export type Sending = {
  lease: DeliveryLease;
  part: DeliveryPart;
  target: Target;
  message: SlackMessage;
  revision: number;
  signal: AbortSignal;
};

/** Where a message stands; `ended` says that with it the incident ended as posted. */
export type Delivered = { channel: string; ts: string; ended: boolean };

const TAKE_BACK_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** A message is taken back also while the worker shuts down. */
const DELETE_MS = 5_000;

/**
 * Brings one message of the outbox to `revision`: posts it, or edits it where it stands. A post whose answer was lost is
 * looked for in Slack by its metadata before anything is posted again. Throws PacedError, DependencyError, or
 * LeaseLostError (then a post of ours that came too late has been taken back).
 */
export async function deliverMessage(deps: DeliverDeps, asked: Sending): Promise<Delivered> {
  const { lease, part, revision } = asked;
  const delivery = await deps.deliveries.open(lease, part, asked.target);
  const sending = {
    ...asked,
    target: { channel: delivery.channel ?? asked.target.channel, threadTs: delivery.threadTs },
  };
  const standing = delivery.messageTs ?? (await findLostPost(deps, sending, delivery));
  if (standing === null) return await post(deps, sending);
  if (delivery.shown < revision || delivery.messageTs === null) await edit(deps, sending, standing);
  return await markSent(deps, sending, standing);
}

async function markSent({ deliveries }: DeliverDeps, sending: Sending, messageTs: string): Promise<Delivered> {
  const { lease, part, target, revision } = sending;
  const ended = await deliveries.markSent(lease, part, { channel: target.channel, messageTs, shown: revision });
  return { channel: target.channel, ts: messageTs, ended };
}

async function post(deps: DeliverDeps, sending: Sending): Promise<Delivered> {
  const { deliveries } = deps;
  const { lease, part, target } = sending;
  await waitForPace(deps, target.channel);
  await deliveries.markSending(lease, part);
  const messageTs = await callPost(deps, sending).catch(async (error) => {
    if (!(error instanceof DependencyError) || !error.ambiguous)
      await deliveries.markNotSent(lease, part, String(error.message));
    throw error;
  });
  try {
    return await markSent(deps, sending, messageTs);
  } catch (error) {
    if (error instanceof LeaseLostError) await takeBackIfNotOurs(deps, sending, messageTs);
    throw error;
  }
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
  const ours = data.messages.filter(({ metadata }) => {
    const payload = metadata?.event_type === METADATA_EVENT ? metadata.event_payload : null;
    return payload?.incident_id === wanted.incident_id && payload.run === wanted.run && payload.part === wanted.part;
  });
  const [first, ...others] = ours.map(({ ts }) => ts).sort();
  for (const ts of others) await remove(deps, sending, ts);
  return first ?? null;
}

/**
 * This worker slept through its lease while posting. If another one has posted meanwhile, or is going to without looking,
 * ours must go; if another one looks for a lost post, it finds ours and keeps it.
 */
async function takeBackIfNotOurs(deps: DeliverDeps, sending: Sending, messageTs: string): Promise<void> {
  const row = await settledRow(deps, sending);
  if (row?.messageTs === messageTs || (row?.messageTs === null && row.state === 'sending')) return;
  await remove(deps, sending, messageTs);
}

/** The part's row as soon as it says where the message stands; as it is when that takes too long. */
async function settledRow({ deliveries, takeBackMs = TAKE_BACK_MS }: DeliverDeps, { lease, part, signal }: Sending) {
  const end = performance.now() + takeBackMs;
  for (;;) {
    const rows = await deliveries.list(lease.incidentId).catch(() => []);
    const row = rows.find((item) => item.run === lease.run && item.part === part);
    if (row?.messageTs || signal.aborted || performance.now() > end) return row;
    await pause(LOOK_EVERY_MS, signal);
  }
}

async function remove({ gateway }: DeliverDeps, { target, lease }: Sending, ts: string): Promise<void> {
  const options = { signal: AbortSignal.timeout(DELETE_MS), incidentId: lease.incidentId };
  await gateway.call('slack.delete_message', { channel: target.channel, ts }, options).catch(() => undefined);
}

async function waitForPace({ deliveries, paceMs }: DeliverDeps, channel: string): Promise<void> {
  const waitMs = await deliveries.takePace(channel, paceMs, PACE_BURST);
  if (waitMs > 0) throw new PacedError(waitMs);
}

function messageMetadata({ incidentId, run }: DeliveryLease, part: DeliveryPart) {
  return { event_type: METADATA_EVENT, event_payload: { incident_id: incidentId, run, part } };
}
