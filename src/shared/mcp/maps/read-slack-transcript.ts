import { answerJson, textOf, unreadable } from './answer-json.ts';
import { accepted, readMessage } from './read-slack.ts';
import type { ResultReader } from './tool-mapping.ts';

/** Where a message begins in a thread (parent, replies) and in a channel; what stands before the first is no message. */
const BEGINNING_AHEAD =
  /^(?=(?:=== THREAD PARENT MESSAGE ===|--- Reply \d+ of \d+ ---|=== Message from .* ===)[ \t]*$)/m;
/** Its time is Slack's own identifier of the message; what follows is the text. */
const TIMESTAMP = /^Message TS:[ \t]*(\d+\.\d+)[ \t]*$/m;
/** Lines that Slack puts behind a message or between messages. */
const NOT_TEXT = /^(?:=== THREAD REPLIES \(\d+ total\) ===|\*Sent using\* .*|Reactions: .*)$/gm;

/**
 * Messages of Slack's hosted server, which writes a thread or a channel down as one text: `messages` in JSON, each message under a
 * line of its own with author, time and identifier. Whoever writes to Slack can imitate those lines, so that they prove nothing.
 */
export const slackTranscript: ResultReader = (result, { threadTs }) => {
  const { messages, pagination_info: pages } = accepted(answerJson(result));
  if (typeof messages !== 'string') throw unreadable('its answer has no "messages" in words');
  const blocks = messages.split(BEGINNING_AHEAD);
  const found = blocks.flatMap((block) => readBlock(block, textOf(threadTs)));
  return { messages: found, hasMore: /more messages/i.test(String(pages ?? '')) && !/no more/i.test(String(pages)) };
};

function readBlock(block: string, threadTs: string | null) {
  const [head = '', ts, text = ''] = block.split(TIMESTAMP, 3);
  if (ts === undefined) return [];
  const user = /\(([UWB][A-Z0-9]+)[,)]/.exec(head)?.[1] ?? null;
  return [readMessage({ ts, thread_ts: threadTs, user, text: text.replace(NOT_TEXT, '').trim() })];
}
