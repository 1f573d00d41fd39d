import { type SlackArguments, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import type { SlackIdentity } from './slack-wire.ts';
import type { SlackChannel, SlackWorld } from './slack-world.ts';

/** Files between the grant of an upload address and the completion; `bytes` is null until they came. */
export type PendingUploads = Map<string, { name: string; length: number; altText: string; bytes: Buffer | null }>;

/** What a Web API method works with. */
export type SlackCall = {
  args: SlackArguments;
  world: SlackWorld;
  identity: SlackIdentity;
  uploads: PendingUploads;
  baseUrl: string;
  /** The scopes of the bot token. */
  scopes: readonly string[];
  /** How long after its completion an upload is seen in the channel, ms. */
  shareDelayMs: number;
};

/** A Web API method: its answer without `ok: true`, or a SlackRefusal. */
export type WebApiMethod = (call: SlackCall) => Record<string, unknown>;

/** The channel of the call, by id or by name; refuses with `channel_not_found`. */
export function channelOf({ args, world }: SlackCall, name = 'channel'): SlackChannel {
  const given = textArgument(args, name)?.replace(/^#/, '');
  const channel = world.channels().find((one) => one.id === given || one.name === given);
  if (!channel) throw new SlackRefusal('channel_not_found');
  return channel;
}

/** The channel of the call if the bot may write into it. */
export function writableChannelOf(call: SlackCall, name = 'channel'): SlackChannel {
  const channel = channelOf(call, name);
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  if (!channel.isMember) throw new SlackRefusal('not_in_channel');
  return channel;
}

/** Refuses with `missing_scope`, and says which, as Slack does. */
export function requireScope({ scopes }: SlackCall, needed: string): void {
  if (scopes.includes(needed)) return;
  throw new SlackRefusal('missing_scope', [], { needed, provided: scopes.join(',') });
}
