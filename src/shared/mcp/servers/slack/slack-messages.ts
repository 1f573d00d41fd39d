import type { CapabilityOutput } from '../../capabilities.ts';
import { moreFooter } from '../page-of.ts';

export type SlackMessage = CapabilityOutput<'slack.thread_info'>['messages'][number];

const MAX_LINE = 240;

const textOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Bots often leave the text empty and speak in legacy attachments. */
function attachmentText(attachments: unknown): string {
  if (!Array.isArray(attachments)) return '';
  return attachments
    .map(({ fallback, title, text }) => textOrNull(fallback) ?? [title, text].filter(Boolean).join('\n'))
    .join('\n');
}

function readMetadata(value: unknown): SlackMessage['metadata'] {
  const { event_type, event_payload } = (value ?? {}) as Record<string, unknown>;
  if (typeof event_type !== 'string') return null;
  return { event_type, event_payload: (event_payload ?? {}) as Record<string, unknown> };
}

function readFiles(value: unknown): NonNullable<SlackMessage['files']> {
  if (!Array.isArray(value)) return [];
  return value.flatMap(({ id, name, title }: Record<string, unknown>) =>
    typeof id === 'string' ? [{ id, name: textOrNull(name) ?? '', title: textOrNull(title) ?? '' }] : [],
  );
}

/** A message of the Web API as the capability states it. */
export function readSlackMessage(message: Record<string, unknown>): SlackMessage {
  return {
    ts: String(message.ts),
    threadTs: textOrNull(message.thread_ts),
    user: textOrNull(message.user),
    botId: textOrNull(message.bot_id),
    appId: textOrNull(message.app_id),
    text: textOrNull(message.text) ?? attachmentText(message.attachments),
    metadata: readMetadata(message.metadata),
    files: readFiles(message.files),
  };
}

/** A Slack timestamp as ISO 8601. */
export function slackTime(ts: string): string {
  return new Date(Number(ts) * 1000).toISOString();
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}...` : line;
}

/** Messages as lines: time, who, text. */
export function describeMessages(messages: SlackMessage[], nextCursor: string | null): string {
  const lines = messages.map(({ ts, user, botId, text }) => {
    const who = botId ? `bot ${botId}` : (user ?? 'unknown');
    return `${slackTime(ts)} ${ts} ${who}: ${oneLine(text)}`;
  });
  return [...lines, ...moreFooter('messages', nextCursor)].join('\n') || 'no messages';
}
