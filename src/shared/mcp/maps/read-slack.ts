import { DependencyError, type FailureClass } from '../../errors.ts';
import { answerJson, findObject, isObject, type Json, listOf, textOf, unreadable } from './answer-json.ts';
import type { ResultReader } from './tool-mapping.ts';

/** Slack's words for what is wrong with who asks, how often, and what for; others are the tool's own failure. */
const CLASSES: Record<string, FailureClass> = {
  invalid_auth: 'auth',
  not_authed: 'auth',
  account_inactive: 'auth',
  token_revoked: 'auth',
  missing_scope: 'auth',
  ratelimited: 'rate_limit',
  rate_limited: 'rate_limit',
  channel_not_found: 'not_found',
  thread_not_found: 'not_found',
};

/** What was posted: Slack's answer to chat.postMessage as JSON, or the CSV of slack-mcp-server. */
export const slackPosted: ResultReader = (result, { channel }) => {
  if (isCsv(result.text)) {
    const ts = csvRows(result.text)[0]?.MsgID;
    if (!ts) throw unreadable('its answer names no message');
    return { channel: String(channel), ts };
  }
  const json = accepted(answerJson(result));
  const found = findObject(json, (one) => typeof (one.ts ?? one.message_ts) === 'string');
  const ts = found && textOf(found.ts ?? found.message_ts);
  if (!ts) throw unreadable('its answer names no message');
  return { channel: textOf(found.channel ?? found.channel_id) ?? String(channel), ts };
};

/** Messages of a thread or channel: Slack's answer as JSON, or the CSV of slack-mcp-server. */
export const slackMessages: ResultReader = (result) => {
  if (isCsv(result.text)) {
    const rows = csvRows(result.text);
    // The last row's cursor leads to the next page.
    return { messages: rows.map(csvMessage), hasMore: (rows.at(-1)?.Cursor ?? '') !== '' };
  }
  const json = accepted(answerJson(result));
  return { messages: listOf(json.messages).map(readMessage), hasMore: json.has_more === true };
};

/** The reference server hands on Slack's refusals as if they were answers: nothing has happened then. */
export function accepted(json: unknown): Json {
  if (!isObject(json)) throw unreadable('its answer is no object');
  if (json.ok !== false) return json;
  const word = textOf(json.error) ?? 'unknown_error';
  throw new DependencyError('slack', CLASSES[word] ?? 'tool_error', `Slack refused: ${word}`, { detail: word });
}

/** A message of Slack's API in our form. */
export function readMessage({ ts, thread_ts, user, bot_id, app_id, text, metadata }: Json) {
  const hasMetadata = isObject(metadata) && typeof metadata.event_type === 'string' && isObject(metadata.event_payload);
  return {
    ts: textOf(ts) ?? '',
    threadTs: textOf(thread_ts),
    user: textOf(user),
    botId: textOf(bot_id),
    appId: textOf(app_id),
    text: textOf(text) ?? '',
    metadata: hasMetadata ? metadata : null,
  };
}

/** Compact rows have the name of the author only. */
function csvMessage({ MsgID, ThreadTs = '', UserID = '', User = UserID, Text = '' }: Record<string, string>) {
  return readMessage({ ts: MsgID, thread_ts: ThreadTs, user: UserID || User, text: Text });
}

/** A table whose first line names the message's column, wherever it stands. */
const isCsv = (text: string) => /^(?:\w+,)*MsgID(?:,|\r?\n|$)/.test(text);

/** RFC 4180: quoted fields may hold commas, line breaks and doubled quotes. */
function csvRows(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  const [names = [], ...values] = rows.filter((row) => row.length > 1);
  const objects = values.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
  // Whatever else stands in the table (a legend, a note) is no message.
  return objects.filter(({ MsgID }) => /^\d+\.\d+$/.test(MsgID ?? ''));
}
