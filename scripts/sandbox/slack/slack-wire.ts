import type { SlackChannel, SlackFile, SlackMessage, SlackWorld } from './slack-world.ts';

/** Who the app is in the simulated workspace. */
export type SlackIdentity = {
  teamId: string;
  appId: string;
  botId: string;
  botUserId: string;
  botName: string;
};

export const DEFAULT_IDENTITY: SlackIdentity = {
  teamId: 'T0SANDBOX',
  appId: 'A0RCAFLEET',
  botId: 'B0RCAFLEET',
  botUserId: 'U0RCAFLEET',
  botName: 'rca-fleet',
};

function botProfile(message: SlackMessage, teamId: string) {
  return { id: message.botId, app_id: message.appId, name: message.botName, deleted: false, team_id: teamId };
}

/** A file as messages and `files.completeUploadExternal` list it. */
export function wireFile({ id, name, title, altText, mimetype, bytes }: SlackFile): Record<string, unknown> {
  const isText = mimetype.startsWith('text/');
  return {
    id,
    name,
    title,
    mimetype,
    filetype: isText ? 'text' : 'png',
    mode: isText ? 'snippet' : 'hosted',
    size: bytes.length,
    ...(altText ? { alt_txt: altText } : {}),
  };
}

/** Who wrote it, in Slack's fields: bots with a token have `bot_profile`, webhooks have `subtype: bot_message`. */
function wireAuthor(message: SlackMessage, teamId: string) {
  if (!message.botId) return { user: message.user };
  const bot = { bot_id: message.botId, app_id: message.appId ?? undefined };
  if (message.subtype === 'bot_message') return { ...bot, username: message.botName };
  return { ...bot, user: message.user, bot_profile: botProfile(message, teamId) };
}

/** A message as Slack sends it; metadata only where it was asked for. */
export function wireMessage(message: SlackMessage, teamId: string, withMetadata: boolean): Record<string, unknown> {
  return {
    type: 'message',
    ...(message.subtype ? { subtype: message.subtype } : {}),
    ...wireAuthor(message, teamId),
    text: message.text,
    ts: message.ts,
    team: teamId,
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.files.length > 0 ? { files: message.files.map(wireFile) } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

/** A root as Slack lists it, with the count and the end of its thread. */
export function wireRoot(world: SlackWorld, message: SlackMessage, teamId: string, withMetadata: boolean) {
  const replies = world.thread(message.channel, message.ts).slice(1);
  const wire = wireMessage(message, teamId, withMetadata);
  if (replies.length === 0) return wire;
  return { ...wire, reply_count: replies.length, latest_reply: replies.at(-1)?.ts, is_locked: false };
}

/** A channel as conversations.info shows it. */
export function wireChannel(channel: SlackChannel): Record<string, unknown> {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_private: false,
    is_archived: channel.isArchived,
    is_member: channel.isMember,
  };
}
