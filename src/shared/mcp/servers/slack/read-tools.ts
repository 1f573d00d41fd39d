import { z } from 'zod';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { moreFooter, pageInput } from '../page-of.ts';
import { readingTool } from '../reading-tool.ts';
import { askPage, type SlackPage, slackPosition } from './ask-page.ts';
import type { SlackClient } from './slack-client.ts';

type Channel = { id: string; name?: string; is_member?: boolean; is_archived?: boolean };
type ChannelAnswer = { channel: Channel };

const readChannel = ({ id, name = '', is_member: isMember = false, is_archived: isArchived = false }: Channel) => {
  return { id, name, isMember, isArchived };
};

function describeChannel({ id, name, isMember, isArchived }: ReturnType<typeof readChannel>): string {
  const member = isMember ? 'the bot is a member' : 'the bot is not a member';
  return `#${name} (${id}): ${member}${isArchived ? ', archived' : ''}`;
}

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
      const data = readChannel(channel);
      return { data, text: describeChannel(data) };
    },
  });
}

/** `list_channels`: the public channels of the workspace, as far as Slack lists them page by page. */
export function listChannels(client: SlackClient): ToolDefinition {
  return readingTool({
    name: 'list_channels',
    title: 'List channels',
    description:
      'The public channels of the workspace that are not archived, with their ids and whether the bot is a member. Slack may give fewer than asked for, even none, where there are more.',
    input: z.object(pageInput(200, 999)),
    output: z.object({
      channels: z.array(z.object({ id: z.string(), name: z.string(), isMember: z.boolean(), isArchived: z.boolean() })),
      nextCursor: z.string().nullable(),
    }),
    run: async ({ limit, cursor: given }, { signal }) => {
      const listing = listingOf('slack', 'list_channels', {});
      const cursor = readCursor(listing, given, slackPosition)?.cursor;
      const args = { types: 'public_channel', exclude_archived: true, limit, cursor };
      const answer = await askPage<SlackPage & { channels: Channel[] }>(
        client,
        listing,
        'conversations.list',
        args,
        signal,
      );
      const next = answer.response_metadata?.next_cursor;
      const nextCursor = next ? writeCursor(listing, { cursor: next }) : null;
      const channels = answer.channels.map(readChannel);
      const lines = channels.map(describeChannel);
      const text = [...(lines.length > 0 ? lines : ['no channels']), ...moreFooter('channels', nextCursor)].join('\n');
      return { data: { channels, nextCursor }, text };
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
