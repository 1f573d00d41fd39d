import { pause } from '../shared/deadline.ts';
import { DependencyError, LeaseLostError } from '../shared/errors.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Delivery, DeliveryLease, DeliveryPart, DeliveryStore } from '../shared/store/delivery-store.ts';
import type { SlackPace, SlackTurn } from './slack-pace.ts';

export type DeliverDeps = {
  gateway: McpGateway;
  deliveries: DeliveryStore;
  pace: SlackPace;
  /** How long a post that came too late waits to hear what became of its message otherwise, ms. */
  takeBackMs?: number;
};

/** Where a message goes; `threadTs` null starts a new thread. */
export type Target = { channel: string; threadTs: string | null };

/** What is to be delivered of the outbox, up to which revision. */
export type Outgoing = {
  lease: DeliveryLease;
  part: DeliveryPart;
  target: Target;
  revision: number;
  signal: AbortSignal;
  /** Before whom it goes where the channel is busy; the last by default. */
  turn?: SlackTurn;
};

/** How one kind of message is sent; ids are those by which Slack knows it. */
export type Sendable = {
  send(): Promise<string>;
  /** Where it stands although its answer was lost, the newest last; throws PacedError when that can't be told yet. */
  find(delivery: Delivery): Promise<string[]>;
  /** Shows the newest revision; false where it stands as it is for good and must be sent anew. Left out for what never changes. */
  edit?(id: string): Promise<boolean>;
  /** Takes it away again; never throws. */
  remove(id: string): Promise<void>;
};

/** Where a message stands; `ended` says that with it the incident ended as posted. */
export type Delivered = { channel: string; ts: string; ended: boolean };

/** The channel can't take a call now; nothing was sent. */
export class PacedError extends Error {
  readonly waitMs: number;
  constructor(waitMs: number) {
    super(`the channel can take the next call in ${waitMs} ms`);
    this.name = 'PacedError';
    this.waitMs = waitMs;
  }
}

const TAKE_BACK_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** Pauses before each look for a message whose answer was lost after another one had posted, ms. */
const LATE_LOOKS_MS = [0, 1_000, 4_000];

/**
 * Brings one message of the outbox to its revision: sends it, or edits it where it stands. One whose answer was lost is
 * looked for in Slack before anything is sent again. Throws PacedError, DependencyError, or LeaseLostError (then a message of
 * ours that came too late has been taken back).
 */
export async function deliverOnce(
  deps: DeliverDeps,
  asked: Outgoing,
  sendableTo: (target: Target) => Sendable,
): Promise<Delivered> {
  const delivery = await deps.deliveries.open(asked.lease, asked.part, asked.target);
  const target = { channel: delivery.channel ?? asked.target.channel, threadTs: delivery.threadTs };
  const outgoing = { ...asked, target };
  const sendable = sendableTo(target);
  const standing = delivery.messageTs ?? (await findLost(sendable, delivery));
  if (standing === null) return await send(deps, outgoing, sendable);
  if (sendable.edit && (delivery.shown < asked.revision || delivery.messageTs === null)) {
    await waitForPace(deps, outgoing);
    if (!(await sendable.edit(standing))) return await sendAnew(deps, outgoing, sendable, standing);
  }
  return await markSent(deps, outgoing, standing);
}

/** The row forgets the old message first: whoever comes after a crash sends the new one. */
async function sendAnew(deps: DeliverDeps, outgoing: Outgoing, sendable: Sendable, old: string): Promise<Delivered> {
  await deps.deliveries.forget(outgoing.lease, outgoing.part);
  await sendable.remove(old);
  return await send(deps, outgoing, sendable);
}

async function markSent({ deliveries }: DeliverDeps, outgoing: Outgoing, messageTs: string): Promise<Delivered> {
  const { lease, part, target, revision } = outgoing;
  const ended = await deliveries.markSent(lease, part, { channel: target.channel, messageTs, shown: revision });
  return { channel: target.channel, ts: messageTs, ended };
}

async function send(deps: DeliverDeps, outgoing: Outgoing, sendable: Sendable): Promise<Delivered> {
  const { deliveries } = deps;
  const { lease, part } = outgoing;
  await waitForPace(deps, outgoing);
  await deliveries.markSending(lease, part);
  const messageTs = await sendable.send().catch(async (error) => {
    if (error instanceof DependencyError && error.ambiguous) await takeBackWhenOvertaken(deps, outgoing, sendable);
    else await deliveries.markNotSent(lease, part, String(error.message));
    throw error;
  });
  try {
    return await markSent(deps, outgoing, messageTs);
  } catch (error) {
    if (error instanceof LeaseLostError) await takeBackIfNotOurs(deps, outgoing, sendable, messageTs);
    throw error;
  }
}

/** Looks for a message whose answer never came, and leaves the newest: an older one may be what had to be sent anew. */
async function findLost(sendable: Sendable, delivery: Delivery): Promise<string | null> {
  if (delivery.state !== 'sending') return null;
  const found = await sendable.find(delivery);
  for (const id of found.slice(0, -1)) await sendable.remove(id);
  return found.at(-1) ?? null;
}

/**
 * This worker slept through its lease while sending. If another one has sent meanwhile, or is going to without looking,
 * ours must go; if another one looks for a lost message, it finds ours and keeps it.
 */
async function takeBackIfNotOurs(
  deps: DeliverDeps,
  outgoing: Outgoing,
  sendable: Sendable,
  messageTs: string,
): Promise<void> {
  const row = await settledRow(deps, outgoing);
  if (row?.messageTs === messageTs || (row?.messageTs === null && row.state === 'sending')) return;
  await sendable.remove(messageTs);
}

/**
 * This worker may have slept through its lease before it sent, and knows not whether that had an effect. While the lease is
 * ours, the next attempt finds out; else another one may have posted before, and nobody looks again: what stands beside its
 * message goes. Throws LeaseLostError then.
 */
async function takeBackWhenOvertaken(deps: DeliverDeps, outgoing: Outgoing, sendable: Sendable): Promise<void> {
  const lost = await deps.deliveries.renew(outgoing.lease).then(
    () => null,
    (error: unknown) => (error instanceof LeaseLostError ? error : null),
  );
  if (!lost) return;
  const row = await settledRow(deps, outgoing);
  // Slack may take its time with what was sent to it at last.
  for (const waitMs of row?.messageTs ? LATE_LOOKS_MS : []) {
    await pause(waitMs, outgoing.signal);
    const standing = await sendable.find(row!).catch(() => []);
    const ours = standing.filter((id) => id !== row!.messageTs);
    for (const id of ours) await sendable.remove(id);
    if (ours.length > 0 || outgoing.signal.aborted) break;
  }
  throw lost;
}

/** The part's row as soon as it says where the message stands; as it is when that takes too long. */
async function settledRow({ deliveries, takeBackMs = TAKE_BACK_MS }: DeliverDeps, { lease, part, signal }: Outgoing) {
  const end = performance.now() + takeBackMs;
  for (;;) {
    const rows = await deliveries.list(lease.incidentId).catch(() => []);
    const row = rows.find((item) => item.run === lease.run && item.part === part);
    if (row?.messageTs || signal.aborted || performance.now() > end) return row;
    await pause(LOOK_EVERY_MS, signal);
  }
}

async function waitForPace({ pace }: DeliverDeps, { target, turn }: Outgoing): Promise<void> {
  const waitMs = await pace.take(target.channel, turn);
  if (waitMs > 0) throw new PacedError(waitMs);
}
