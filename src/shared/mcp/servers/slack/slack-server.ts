import type { ServerDefinition } from '../../server-definition.ts';
import { deleteFile, uploadFile, uploadImage } from './file-tools.ts';
import { deleteMessage, postMessage, postThreadReply, updateMessage } from './post-tools.ts';
import { getChannelHistory, getThreadInfo } from './read-messages.ts';
import { getChannelInfo, getIdentity, listChannels } from './read-tools.ts';
import { createSlackClient } from './slack-client.ts';
import type { SlackServerOptions } from './slack-options.ts';

/**
 * The `slack` server: posts, edits and reads messages as one bot. Its tools throw DependencyError (dependency `slack`):
 * `detail` is Slack's own word, `retryAfterMs` what it asked for, `ambiguous` that a post may have happened.
 */
export function createSlackServer(options: SlackServerOptions): ServerDefinition {
  const client = createSlackClient(options);
  return {
    name: 'slack',
    version: '0.1.0',
    instructions:
      'Posts and reads Slack messages as one bot. Posting twice posts twice: read the thread first when unsure.',
    tools: [
      postThreadReply(client),
      postMessage(client),
      updateMessage(client),
      uploadFile(client),
      uploadImage(client),
      deleteFile(client),
      deleteMessage(client),
      getIdentity(client),
      getThreadInfo(client),
      getChannelHistory(client),
      getChannelInfo(client),
      listChannels(client),
    ],
  };
}
