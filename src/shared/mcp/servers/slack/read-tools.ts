import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { SlackClient } from './slack-client.ts';
import { describeMessages, readSlackMessage } from './slack-messages.ts';

const PAGE = 1000;
const MAX_PAGES = 5;

type MessagesPage = {
  messages: Record<string, unknown>[];
  has_more?: boolean;
  response_metadata?: { next_cursor?: string };
};

type Thread = { messages: Record<string, unknown>[]; complete: boolean };

/** Reads a thread to its end, because Slack lists it oldest first and the newest replies are the ones looked for. */
async function readThread(client: SlackClient, channel: string, ts: string, signal: AbortSignal): Promise<Thread> {
  const messages: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const args = { channel, ts, cursor, limit: PAGE, include_all_metadata: true };
    const answer = (await client.call('conversations.replies', args, {
      signal,
      effect: false,
    })) as unknown as MessagesPage;
    messages.push(...answer.messages);
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) return { messages, complete: true };
  }
  return { messages, complete: false };
}

/** `get_thread_info`: the root and the latest replies, oldest first, with their metadata. */
export function getThreadInfo(client: SlackClient): ToolDefinition {
  return toolFor('slack.thread_info', {
    title: 'Read a thread',
    description:
      'Reads the root of a thread and its latest replies, oldest first. `hasMore` says that replies between them, or at the end of a very long thread, are left out.',
    run: async ({ channel, threadTs, limit }, { signal }) => {
      const thread = await readThread(client, channel, threadTs, signal);
      const [root, ...replies] = thread.messages.map(readSlackMessage);
      const latest = limit > 1 ? replies.slice(-(limit - 1)) : [];
      const messages = root ? [root, ...latest] : [];
      const hasMore = !thread.complete || latest.length < replies.length;
      return { data: { messages, hasMore }, text: describeMessages(messages, hasMore) };
    },
  });
}

/** `get_channel_history`: the latest root messages of a channel, newest first, with their metadata. */
export function getChannelHistory(client: SlackClient): ToolDefinition {
  return toolFor('slack.channel_history', {
    title: 'Read a channel',
    description: 'Reads the latest root messages of a channel, newest first, optionally only those after `oldest`.',
    run: async ({ channel, oldest, limit }, { signal }) => {
      const args = { channel, oldest, limit, include_all_metadata: true };
      const answer = (await client.call('conversations.history', args, {
        signal,
        effect: false,
      })) as unknown as MessagesPage;
      const messages = answer.messages.map(readSlackMessage);
      const hasMore = answer.has_more ?? false;
      return { data: { messages, hasMore }, text: describeMessages(messages, hasMore) };
    },
  });
}

type ChannelAnswer = { channel: { id: string; name?: string; is_member?: boolean; is_archived?: boolean } };

/** `get_channel_info`: whether the bot can post there. */
export function getChannelInfo(client: SlackClient): ToolDefinition {
  return toolFor('slack.channel_info', {
    title: 'Look at a channel',
    description: 'Name of a channel, whether this bot is a member and whether it is archived.',
    run: async ({ channel: asked }, { signal }) => {
      const args = { channel: asked };
      const { channel } = (await client.call('conversations.info', args, {
        signal,
        effect: false,
      })) as unknown as ChannelAnswer;
      const { id, name = '', is_member: isMember = false, is_archived: isArchived = false } = channel;
      const member = isMember ? 'the bot is a member' : 'the bot is not a member';
      return {
        data: { id, name, isMember, isArchived },
        text: `#${name} (${id}): ${member}${isArchived ? ', archived' : ''}`,
      };
    },
  });
}

type AuthAnswer = { bot_id?: string; user_id?: string; app_id?: string; team_id?: string };

/** `get_identity`: who the bot token belongs to (auth.test, which does not tell the app of every kind of token). */
export function getIdentity(client: SlackClient): ToolDefinition {
  return toolFor('slack.identity', {
    title: 'Who am I in Slack',
    description: 'The bot, user and workspace ids that belong to the bot token.',
    run: async (_, { signal }) => {
      const me = (await client.call('auth.test', {}, { signal, effect: false })) as AuthAnswer;
      const { bot_id: botId = null, user_id: userId = null, app_id: appId = null, team_id: team = null } = me;
      return { data: { botId, userId, appId, team }, text: `bot ${botId}, user ${userId}, workspace ${team}` };
    },
  });
}
