import { flagArgument, limitArgument, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import { wireChannel, wireMessage, wireRoot } from './slack-wire.ts';
import type { SlackMessage } from './slack-world.ts';
import { channelOf, requireScope, type SlackCall, type WebApiMethod } from './web-api-method.ts';

const MAX_REPLIES = 1000;
const MAX_HISTORY = 999;

type Rest = { has_more?: boolean; response_metadata?: { next_cursor: string } };
type Page<T> = { items: T[]; rest: Rest };

function readableChannelOf(call: SlackCall) {
  const channel = channelOf(call);
  if (!channel.isMember) throw new SlackRefusal('not_in_channel');
  return channel;
}

/**
 * A page that begins where the cursor says. As in Slack it names the first item of the next page (`next_ts:1731...` of messages,
 * `team:C0...` of channels), so that what comes in the meantime moves no page.
 */
function pageOf<T>({ args }: SlackCall, all: T[], limit: number, kind: string, keyOf: (item: T) => string): Page<T> {
  const cursor = textArgument(args, 'cursor');
  const start = cursor === null ? 0 : startOf(cursor, all, kind, keyOf);
  const end = start + limit;
  const items = all.slice(start, end);
  const next = all[end];
  if (next === undefined) return { items, rest: { has_more: false } };
  const named = Buffer.from(`${kind}:${keyOf(next)}`).toString('base64');
  return { items, rest: { has_more: true, response_metadata: { next_cursor: named } } };
}

function startOf<T>(cursor: string, all: T[], kind: string, keyOf: (item: T) => string): number {
  const [named, key] = Buffer.from(cursor, 'base64').toString('utf8').split(':');
  const start = named === kind ? all.findIndex((item) => keyOf(item) === key) : -1;
  if (start === -1) throw new SlackRefusal('invalid_cursor');
  return start;
}

const tsKey = ({ ts }: SlackMessage) => ts.replace('.', '');

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
  const { items, rest } = pageOf(call, all, limitArgument(call.args, MAX_REPLIES, MAX_REPLIES), 'next_ts', tsKey);
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
  const { items, rest } = pageOf(call, newestFirst, limitArgument(call.args, 100, MAX_HISTORY), 'next_ts', tsKey);
  const withMetadata = flagArgument(call.args, 'include_all_metadata');
  return { messages: items.map((one) => wireRoot(call.world, one, call.identity.teamId, withMetadata)), ...rest };
};

const info: WebApiMethod = (call) => ({ channel: wireChannel(channelOf(call)) });

/** The channels of the workspace; all of the simulated ones are public. */
const list: WebApiMethod = (call) => {
  requireScope(call, 'channels:read');
  const shown = call.world
    .channels()
    .filter(({ isArchived }) => !isArchived || !flagArgument(call.args, 'exclude_archived'));
  const { items, rest } = pageOf(call, shown, limitArgument(call.args, 100, MAX_HISTORY), 'team', ({ id }) => id);
  const { response_metadata = { next_cursor: '' } } = rest;
  return { channels: items.map(wireChannel), response_metadata };
};

export const CONVERSATIONS_METHODS: Record<string, WebApiMethod> = {
  'conversations.replies': replies,
  'conversations.history': history,
  'conversations.info': info,
  'conversations.list': list,
};
