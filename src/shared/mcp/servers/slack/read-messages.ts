import { z } from 'zod';
import { type ToolDefinition, type ToolInput, toolFor } from '../../server-definition.ts';
import { type Listing, listingOf, readCursor, writeCursor } from '../page-cursor.ts';
import { askPage, type SlackPage, slackPosition } from './ask-page.ts';
import type { SlackClient } from './slack-client.ts';
import { describeMessages, readSlackMessage, type SlackMessage } from './slack-messages.ts';

const PAGE = 1000;
const MAX_PAGES = 5;

type MessagesPage = SlackPage & { messages: Record<string, unknown>[] };
type Ask = (method: string, args: Record<string, unknown> & { cursor?: string }) => Promise<MessagesPage>;

const asking =
  (client: SlackClient, listing: Listing, signal: AbortSignal): Ask =>
  (method, args) =>
    askPage<MessagesPage>(client, listing, method, { ...args, include_all_metadata: true }, signal);

function answerWith(listing: Listing, messages: SlackMessage[], next: unknown) {
  const nextCursor = next === null ? null : writeCursor(listing, next);
  const data = { messages, hasMore: nextCursor !== null, nextCursor };
  return { data, text: describeMessages(messages, nextCursor) };
}

/** `get_channel_history`: the latest root messages of a channel, newest first, with their metadata. */
export function getChannelHistory(client: SlackClient): ToolDefinition {
  return toolFor('slack.channel_history', {
    title: 'Read a channel',
    description:
      'Reads the latest root messages of a channel, newest first, page by page, optionally only those after `oldest`.',
    run: async (input, { signal }) => {
      const { channel, oldest, limit } = input;
      const listing = listingOf('slack', 'get_channel_history', input);
      const cursor = readCursor(listing, input.cursor, slackPosition)?.cursor;
      const ask = asking(client, listing, signal);
      const answer = await ask('conversations.history', { channel, oldest, limit, cursor });
      const next = answer.response_metadata?.next_cursor;
      return answerWith(listing, answer.messages.map(readSlackMessage), next ? { cursor: next } : null);
    },
  });
}

/**
 * A stretch of a thread that was left out, between two timestamps that are not in it; `cursor` is Slack's within it, `tail` where
 * another one begins.
 */
const stretch = z.object({
  oldest: z.string(),
  latest: z.string().optional(),
  cursor: z.string().optional(),
  tail: z.string().optional(),
});
type Stretch = z.infer<typeof stretch>;

/** `get_thread_info`: the root and the latest replies, oldest first, with their metadata. */
export function getThreadInfo(client: SlackClient): ToolDefinition {
  return toolFor('slack.thread_info', {
    title: 'Read a thread',
    description:
      'Reads the root of a thread and its latest replies, oldest first. `hasMore` says that replies between them, or at the end of a very long thread, are left out; `nextCursor` gives those page by page, oldest first.',
    run: async (input, { signal }) => {
      const listing = listingOf('slack', 'get_thread_info', input);
      const ask = asking(client, listing, signal);
      const position = readCursor(listing, input.cursor, stretch);
      const { messages, next } = position === null ? await readEnds(ask, input) : await readOn(ask, input, position);
      return answerWith(listing, messages, next);
    },
  });
}

type Part = { messages: SlackMessage[]; next: Stretch | null };
type Input = ToolInput<'slack.thread_info'>;

/** Reads a thread to its end, because Slack lists it oldest first and the newest replies are the ones looked for. */
async function readEnds(ask: Ask, { channel, threadTs: ts, limit }: Input): Promise<Part> {
  const found: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await ask('conversations.replies', { channel, ts, cursor, limit: PAGE });
    found.push(...answer.messages);
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) break;
  }
  const [root, ...replies] = found.map(readSlackMessage);
  const latest = limit > 1 ? replies.slice(-(limit - 1)) : [];
  const messages = root ? [root, ...latest] : [];
  const tail = cursor ? replies.at(-1)?.ts : undefined;
  if (root && latest.length < replies.length) {
    // Without any latest replies the stretch is all that comes after the root, whatever there is behind what was read.
    const ends = latest[0] ? { latest: latest[0].ts, tail } : {};
    return { messages, next: { oldest: root.ts, ...ends } };
  }
  return { messages, next: tail === undefined ? null : { oldest: tail } };
}

/** One page of a stretch; Slack may give the root with it, which was told on the first page. */
async function readOn(ask: Ask, { channel, threadTs: ts, limit }: Input, position: Stretch): Promise<Part> {
  const { tail, ...range } = position;
  const answer = await ask('conversations.replies', { channel, ts, ...range, limit });
  const messages = answer.messages.map(readSlackMessage).filter((message) => message.ts !== ts);
  const cursor = answer.response_metadata?.next_cursor;
  if (cursor) return { messages, next: { ...position, cursor } };
  return { messages, next: tail === undefined ? null : { oldest: tail } };
}
