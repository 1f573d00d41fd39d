import { validateBlocks } from './block-limits.ts';
import { jsonArgument, listArgument, type SlackArguments, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import type { SlackMetadata } from './slack-world.ts';

export type MessageContent = {
  text: string | null;
  blocks: unknown[] | undefined;
  attachments: unknown[] | undefined;
  metadata: SlackMetadata | null | undefined;
};

/** Above this Slack cuts a posted text; the sandbox refuses, so that nothing is lost unseen. */
const MAX_POST_TEXT = 40_000;
/** chat.update is stricter than chat.postMessage. */
const MAX_UPDATE_TEXT = 4_000;
const MAX_METADATA_BYTES = 8_000;

function isFlat(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isScalar);
  if (value !== null && typeof value === 'object') return Object.values(value).every(isScalar);
  return isScalar(value);
}

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

function checkMetadata(value: unknown): SlackMetadata | null {
  const metadata = value as SlackMetadata;
  if (metadata === null || typeof metadata !== 'object') throw new SlackRefusal('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return null;
  const { event_type: type, event_payload: payload } = metadata;
  if (typeof type !== 'string' || !/^\w+$/.test(type)) throw new SlackRefusal('invalid_metadata_format');
  if (payload === null || typeof payload !== 'object') throw new SlackRefusal('invalid_metadata_format');
  if (!Object.values(payload).every(isFlat)) throw new SlackRefusal('invalid_metadata_schema');
  if (Buffer.byteLength(JSON.stringify(payload)) > MAX_METADATA_BYTES) throw new SlackRefusal('metadata_too_large');
  return { event_type: type, event_payload: payload };
}

/** Reads and checks what a message shall say, by the limits of the method. */
export function readContent(args: SlackArguments, method: 'post' | 'update'): MessageContent {
  const text = textArgument(args, 'text');
  if (text && text.length > (method === 'post' ? MAX_POST_TEXT : MAX_UPDATE_TEXT)) {
    throw new SlackRefusal('msg_too_long');
  }
  const blocks = listArgument(args, 'blocks', 'invalid_blocks_format');
  const refused = blocks ? validateBlocks(blocks) : null;
  if (refused) throw new SlackRefusal(refused.error, refused.messages);
  const attachments = listArgument(args, 'attachments', 'invalid_attachments');
  const metadata = jsonArgument(args, 'metadata', 'invalid_metadata_format');
  if (text === null && !blocks?.length && !attachments?.length) throw new SlackRefusal('no_text');
  return { text, blocks, attachments, metadata: metadata === undefined ? undefined : checkMetadata(metadata) };
}
