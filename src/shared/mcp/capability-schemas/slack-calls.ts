import { z } from 'zod';
import { cursorInput, nextCursorOutput } from './paging.ts';

/** Message metadata by which a post is found again after an ambiguous failure (Slack message metadata). */
const slackMetadata = z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) });
const slackBlocks = z.array(z.record(z.string(), z.unknown()));
const slackPosted = z.object({ channel: z.string(), ts: z.string() });
/** A file that is shared by a message; names are those that it was uploaded with. */
const slackFile = z.object({ id: z.string(), name: z.string(), title: z.string() });
const slackMessage = z.object({
  ts: z.string(),
  threadTs: z.string().nullable(),
  user: z.string().nullable(),
  botId: z.string().nullable(),
  appId: z.string().nullable(),
  text: z.string(),
  metadata: slackMetadata.nullable(),
  /** Left out by servers that do not tell of files. */
  files: z.array(slackFile).optional(),
});

export const slackPostThreadReply = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    text: z.string(),
    blocks: slackBlocks.optional(),
    metadata: slackMetadata.optional(),
  }),
  output: slackPosted,
};

export const slackPostMessage = {
  input: slackPostThreadReply.input.omit({ threadTs: true }),
  output: slackPosted,
};

export const slackUpdateMessage = {
  input: z.object({
    channel: z.string(),
    ts: z.string(),
    text: z.string(),
    blocks: slackBlocks.optional(),
    metadata: slackMetadata.optional(),
  }),
  output: slackPosted,
};

export const slackThreadInfo = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    limit: z.number().int().min(1).max(1000).default(200),
    ...cursorInput,
  }),
  output: z.object({ messages: z.array(slackMessage), hasMore: z.boolean(), ...nextCursorOutput }),
};

export const slackChannelHistory = {
  input: z.object({
    channel: z.string(),
    /** Slack timestamps (seconds with fraction). */
    oldest: z.string().optional(),
    limit: z.number().int().min(1).max(999).default(100),
    ...cursorInput,
  }),
  output: z.object({ messages: z.array(slackMessage), hasMore: z.boolean(), ...nextCursorOutput }),
};

export const slackChannelInfo = {
  input: z.object({ channel: z.string() }),
  output: z.object({ id: z.string(), name: z.string(), isMember: z.boolean(), isArchived: z.boolean() }),
};

export const slackUploadFile = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    filename: z.string(),
    title: z.string(),
    content: z.string(),
  }),
  output: z.object({ fileId: z.string() }),
};

export const slackUploadImage = {
  input: z.object({
    channel: z.string(),
    threadTs: z.string(),
    filename: z.string(),
    title: z.string(),
    /** What the picture shows, for those who do not see it; Slack takes 1,000 characters. */
    altText: z.string().max(1000),
    pngBase64: z.base64(),
  }),
  output: z.object({ fileId: z.string() }),
};

export const slackDeleteFile = {
  input: z.object({ fileId: z.string() }),
  output: z.object({ fileId: z.string() }),
};

export const slackDeleteMessage = { input: z.object({ channel: z.string(), ts: z.string() }), output: slackPosted };

/** Who the bot token belongs to; null where Slack does not say. */
export const slackIdentity = {
  input: z.object({}),
  output: z.object({
    botId: z.string().nullable(),
    userId: z.string().nullable(),
    appId: z.string().nullable(),
    team: z.string().nullable(),
  }),
};
