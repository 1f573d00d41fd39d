import type { KnownMap } from './known-map.ts';
import { slackMessages, slackPosted } from './read-slack.ts';
import { slackTranscript } from './read-slack-transcript.ts';

/** The reference server @modelcontextprotocol/server-slack; it says of none of its tools that they only read, so we do. */
export const slackReference: KnownMap = {
  recognise: /server-slack/,
  capabilities: {
    'slack.post_thread_reply': {
      tool: 'slack_reply_to_thread',
      arguments: { channel_id: '{channel}', thread_ts: '{threadTs}', text: '{text}' },
      read: slackPosted,
    },
    'slack.post_message': {
      tool: 'slack_post_message',
      arguments: { channel_id: '{channel}', text: '{text}' },
      read: slackPosted,
    },
    'slack.thread_info': {
      tool: 'slack_get_thread_replies',
      arguments: { channel_id: '{channel}', thread_ts: '{threadTs}' },
      read: slackMessages,
      readOnly: true,
    },
    'slack.channel_history': {
      tool: 'slack_get_channel_history',
      arguments: { channel_id: '{channel}', limit: '{limit}' },
      read: slackMessages,
      readOnly: true,
    },
  },
};

/** Release 1.3 names the message `text`, earlier ones `payload`; each passes over what it does not know. */
const MESSAGE = { text: '{text}', payload: '{text}', content_type: 'text/markdown' };

/** slack-mcp-server of korotovsky; posting has to be switched on there (SLACK_MCP_ADD_MESSAGE_TOOL). */
export const slackMcpServer: KnownMap = {
  recognise: /slack-mcp-server/,
  capabilities: {
    'slack.post_thread_reply': {
      tool: 'conversations_add_message',
      arguments: {
        channel_id: '{channel}',
        thread_ts: '{threadTs}',
        ...MESSAGE,
      },
      read: slackPosted,
    },
    'slack.post_message': {
      tool: 'conversations_add_message',
      arguments: { channel_id: '{channel}', ...MESSAGE },
      read: slackPosted,
    },
    'slack.thread_info': {
      tool: 'conversations_replies',
      arguments: { channel_id: '{channel}', thread_ts: '{threadTs}', limit: '{limit:text}' },
      read: slackMessages,
    },
    'slack.channel_history': {
      tool: 'conversations_history',
      arguments: { channel_id: '{channel}', limit: '{limit:text}' },
      read: slackMessages,
    },
  },
};

/** Slack's hosted server; it posts as the person whose token it gets. */
export const slackHosted: KnownMap = {
  recognise: /mcp\.slack\.com/,
  capabilities: {
    'slack.post_thread_reply': {
      tool: 'slack_send_message',
      arguments: { channel_id: '{channel}', thread_ts: '{threadTs}', message: '{text}' },
      read: slackPosted,
    },
    'slack.post_message': {
      tool: 'slack_send_message',
      arguments: { channel_id: '{channel}', message: '{text}' },
      read: slackPosted,
    },
    'slack.thread_info': {
      tool: 'slack_read_thread',
      arguments: { channel_id: '{channel}', message_ts: '{threadTs}', limit: '{limit}' },
      read: slackTranscript,
    },
    'slack.channel_history': {
      tool: 'slack_read_channel',
      arguments: { channel_id: '{channel}', limit: '{limit}', oldest: '{oldest}' },
      read: slackTranscript,
    },
  },
};
