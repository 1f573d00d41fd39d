import { flagArgument, limitArgument, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import { wireChannel, wireMessage, wireRoot } from './slack-wire.ts';
import type { SlackMessage } from './slack-world.ts';
import { channelOf, type SlackCall, type WebApiMethod } from './web-api-method.ts';

const MAX_REPLIES = 1000;
const MAX_HISTORY = 999;

type Page = { items: SlackMessage[]; rest: { has_more: boolean; response_metadata?: { next_cursor: string } } };

function readableChannelOf(call: SlackCall) {
  const channel = channelOf(call);
  if (!channel.isMember) throw new SlackRefusal('not_in_channel');
  return channel;
}

const encodeCursor = (offset: number) => Buffer.from(`offset:${offset}`).toString('base64');

function offsetOf(cursor: string | null): number {
  if (cursor === null) return 0;
  const [, offset] = /^offset:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8')) ?? [];
  if (offset === undefined) throw new SlackRefusal('invalid_cursor');
  return Number(offset);
}

function pageOf({ args }: SlackCall, all: SlackMessage[], limit: number): Page {
  const start = offsetOf(textArgument(args, 'cursor'));
  const end = start + limit;
  const items = all.slice(start, end);
  if (end >= all.length) return { items, rest: { has_more: false } };
  return { items, rest: { has_more: true, response_metadata: { next_cursor: encodeCursor(end) } } };
}

function inRange({ args }: SlackCall, message: SlackMessage): boolean {
  const inclusive = flagArgument(args, 'inclusive');
  const oldest = Number(textArgument(args, 'oldest') ?? 0);
  const latest = Number(textArgument(args, 'latest') ?? Number.MAX_SAFE_INTEGER);
  const ts = Number(message.ts);
  return (ts > oldest && ts < latest) || (inclusive && (ts === oldest || ts === latest));
}

/** The root and its replies, oldest first; a reply's own ts brings that reply alone, as in Slack. */
const replies: WebApiMethod = (call) => {
  const channel = readableChannelOf(call);
  const ts = textArgument(call.args, 'ts') ?? '';
  const root = call.world.find(channel.id, ts);
  if (!root) throw new SlackRefusal('thread_not_found');
  const all = call.world.thread(channel.id, ts).filter((one) => one.ts === ts || inRange(call, one));
  const { items, rest } = pageOf(call, all, limitArgument(call.args, MAX_REPLIES, MAX_REPLIES));
  const { teamId } = call.identity;
  const withMetadata = flagArgument(call.args, 'include_all_metadata');
  const wire = (one: SlackMessage) =>
    one.ts === ts ? wireRoot(call.world, one, teamId, withMetadata) : wireMessage(one, teamId, withMetadata);
  return { messages: items.map(wire), ...rest };
};

const history: WebApiMethod = (call) => {
  const channel = readableChannelOf(call);
  const newestFirst = call.world
    .roots(channel.id)
    .filter((one) => inRange(call, one))
    .reverse();
  const { items, rest } = pageOf(call, newestFirst, limitArgument(call.args, 100, MAX_HISTORY));
  const withMetadata = flagArgument(call.args, 'include_all_metadata');
  return { messages: items.map((one) => wireRoot(call.world, one, call.identity.teamId, withMetadata)), ...rest };
};

const info: WebApiMethod = (call) => ({ channel: wireChannel(channelOf(call)) });

export const CONVERSATIONS_METHODS: Record<string, WebApiMethod> = {
  'conversations.replies': replies,
  'conversations.history': history,
  'conversations.info': info,
};
