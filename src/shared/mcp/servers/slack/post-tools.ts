import { DependencyError, describeError } from '../../../errors.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { SlackClient } from './slack-client.ts';

/** Links in a report are for people: no previews, and no fetches of untrusted addresses by Slack. */
const NO_UNFURL = { unfurl_links: false, unfurl_media: false };

type Posted = { ok: boolean; channel: string; ts: string; message?: { thread_ts?: string } };

/** `post_thread_reply`: one reply in a thread; never a new root message. */
export function postThreadReply(client: SlackClient): ToolDefinition {
  return toolFor('slack.post_thread_reply', {
    title: 'Reply in a thread',
    description: 'Posts one reply below the message `threadTs` of a channel.',
    run: async ({ channel, threadTs, text, blocks, metadata }, { signal }) => {
      const args = { channel, thread_ts: threadTs, text, blocks, metadata, ...NO_UNFURL };
      const posted = (await client.call('chat.postMessage', args, { signal, effect: true })) as Posted;
      // Slack turns a reply to a deleted message into a new root message instead of refusing it.
      if (!posted.message?.thread_ts) await takeBack(client, posted, signal);
      const data = { channel: posted.channel, ts: posted.ts };
      return { data, text: `replied ${posted.ts} in the thread ${threadTs} of ${posted.channel}` };
    },
  });
}

/** Deletes the reply that became a root message, and says why it could not stand where it should. */
async function takeBack(client: SlackClient, { channel, ts }: Posted, signal: AbortSignal): Promise<never> {
  const deleted = client.call('chat.delete', { channel, ts }, { signal, effect: true });
  const end = await deleted.then(
    () => 'was taken back',
    (error: unknown) => `still stands at ${ts}: ${describeError(error)}`,
  );
  const message = `Slack chat.postMessage: the message to reply to was deleted, and Slack made the reply a root message, which ${end}`;
  throw new DependencyError('slack', 'not_found', message, { detail: 'thread_not_found' });
}

/** `post_message`: one root message in a channel. */
export function postMessage(client: SlackClient): ToolDefinition {
  return toolFor('slack.post_message', {
    title: 'Post a message',
    description: 'Posts one message into a channel, outside of any thread.',
    run: async ({ channel, text, blocks, metadata }, { signal }) => {
      const args = { channel, text, blocks, metadata, ...NO_UNFURL };
      const posted = (await client.call('chat.postMessage', args, { signal, effect: true })) as Posted;
      return { data: { channel: posted.channel, ts: posted.ts }, text: `posted ${posted.ts} in ${posted.channel}` };
    },
  });
}

/** `update_message`: replaces what one of our own messages says. */
export function updateMessage(client: SlackClient): ToolDefinition {
  return toolFor('slack.update_message', {
    title: 'Edit a message',
    description:
      'Replaces text, blocks and metadata of a message that this bot posted; what is left out stays as it was.',
    idempotent: true,
    run: async ({ channel, ts, text, blocks, metadata }, { signal }) => {
      const args = { channel, ts, text, blocks, metadata };
      const edited = (await client.call('chat.update', args, { signal, effect: true })) as Posted;
      return { data: { channel: edited.channel, ts: edited.ts }, text: `edited ${edited.ts} in ${edited.channel}` };
    },
  });
}

/** `delete_message`: removes one of our own messages; that it is gone already is as good. */
export function deleteMessage(client: SlackClient): ToolDefinition {
  return toolFor('slack.delete_message', {
    title: 'Delete a message',
    description: 'Deletes a message that this bot posted. Deleting it again changes nothing.',
    idempotent: true,
    run: async ({ channel, ts }, { signal }) => {
      const gone = await client.call('chat.delete', { channel, ts }, { signal, effect: true }).then(
        () => 'deleted',
        (error: unknown) => {
          if (error instanceof DependencyError && error.detail === 'message_not_found') return 'was already gone:';
          throw error;
        },
      );
      return { data: { channel, ts }, text: `${gone} ${ts} in ${channel}` };
    },
  });
}
