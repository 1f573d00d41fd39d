import { readContent } from './message-content.ts';
import { textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import { wireMessage } from './slack-wire.ts';
import type { SlackMessage } from './slack-world.ts';
import { channelOf, type SlackCall, type WebApiMethod, writableChannelOf } from './web-api-method.ts';

/**
 * The thread to reply to. Under a deleted root Slack does not refuse: it posts the reply as a new root message
 * (slack-go issue 1571); a ts that never was is refused.
 */
function threadFor({ world, args }: SlackCall, channel: string): string | null {
  const ts = textArgument(args, 'thread_ts');
  if (ts === null || world.wasDeleted(channel, ts)) return null;
  const target = world.find(channel, ts);
  if (!target) throw new SlackRefusal('thread_not_found');
  return target.threadTs ?? target.ts;
}

const postMessage: WebApiMethod = (call) => {
  const { world, identity } = call;
  const channel = writableChannelOf(call);
  const content = readContent(call.args, 'post');
  const message = world.post({
    channel: channel.id,
    threadTs: threadFor(call, channel.id),
    user: identity.botUserId,
    botId: identity.botId,
    appId: identity.appId,
    botName: identity.botName,
    text: content.text ?? '',
    blocks: content.blocks ?? null,
    attachments: content.attachments ?? null,
    metadata: content.metadata ?? null,
  });
  return { channel: channel.id, ts: message.ts, message: wireMessage(message, identity.teamId, true) };
};

function ownMessage(call: SlackCall, channel: string, refusal: string): SlackMessage {
  const message = call.world.find(channel, textArgument(call.args, 'ts') ?? '');
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.botId !== call.identity.botId) throw new SlackRefusal(refusal);
  return message;
}

/** Fields that the call leaves out keep what they were, as in Slack. */
const update: WebApiMethod = (call) => {
  const { world, identity } = call;
  const channel = channelOf(call);
  const message = ownMessage(call, channel.id, 'cant_update_message');
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  const { text, blocks, attachments, metadata } = readContent(call.args, 'update');
  const edit = {
    ...(text === null ? {} : { text }),
    ...(blocks ? { blocks } : {}),
    ...(attachments ? { attachments } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
  world.edit(message, edit, identity.botUserId);
  const wire = wireMessage(message, identity.teamId, true);
  return { channel: channel.id, ts: message.ts, text: message.text, message: wire };
};

const remove: WebApiMethod = (call) => {
  const channel = channelOf(call);
  const message = ownMessage(call, channel.id, 'cant_delete_message');
  call.world.remove(message);
  return { channel: channel.id, ts: message.ts };
};

export const CHAT_METHODS: Record<string, WebApiMethod> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
};
