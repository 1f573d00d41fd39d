import { plainAlias } from '../../shared/mcp/guard/tool-aliases.ts';
import type { Prompt } from './build-prompt.ts';
import type { ChatAnswer, ChatMessage, ChatToolCall } from './chat-client.ts';
import { type Fittable, headAndTail, shareRoom } from './fit-evidence.ts';
import { cleaned, evidenceHead, fence } from './prompt-parts.ts';
import type { ToolResult } from './toolbox.ts';

/** What has been said in one investigation: the prompt first and unchanged, so that servers can cache it. */
export type Conversation = {
  /** Enters a message that asks for evidence, and what came of it. */
  addRound(answer: ChatAnswer, results: ToolResult[]): void;
  /** Enters a word of ours at the end. */
  say(text: string): void;
  /** Enters an answer that cannot be used, and its faults. */
  addRepair(answer: ChatAnswer, faults: string[], most: number): void;
  /** The messages, with the results of tools cut so that all has at most `room` characters. */
  messages(room: number): ChatMessage[];
  rounds(): number;
};

/** A message, or a place where the text of a tool's answer is fitted in. */
type Entry = { message: ChatMessage } | { toolCallId: string; head: string; body: Fittable; foot: string };

/** So much of a call's arguments is sent back; a broken model may have written a novel. */
const MOST_ARGUMENTS = 2_000;
/** The least that is shown of a tool's answer, characters. */
const LEAST_BODY = 200;

/** Starts with the prompt; `nonce` is that of the prompt's own marks. */
export function startConversation({ system, user }: Prompt, nonce: string): Conversation {
  const entries: Entry[] = [
    { message: { role: 'system', content: system } },
    { message: { role: 'user', content: user } },
  ];
  const counted = { rounds: 0 };
  const add = (...messages: ChatMessage[]) => void entries.push(...messages.map((message) => ({ message })));
  return {
    rounds: () => counted.rounds,
    say: (text) => add({ role: 'user', content: text }),
    addRound(answer, results) {
      counted.rounds++;
      const ids = results.map((result, index) => `${result.call.id.slice(0, 40) || 'call'}_${counted.rounds}_${index}`);
      const toolCalls = results.map(({ call }, index) => sentBack(call, ids[index]!));
      add({ role: 'assistant', content: cleaned(headAndTail(answer.content, MOST_ARGUMENTS)), toolCalls });
      entries.push(...results.map((result, index) => entryOf(result, ids[index]!, nonce)));
    },
    addRepair(answer, faults, most) {
      const told = `That answer cannot be used:\n- ${faults.join('\n- ')}\nAnswer again with the whole JSON object, and nothing else.`;
      add(
        { role: 'assistant', content: headAndTail(answer.content, most) || '(empty)' },
        { role: 'user', content: told },
      );
    },
    messages: (room) => fitted(entries, room),
  };
}

/** A call as it may be sent back: a name that the API takes, and arguments that are JSON. */
function sentBack(call: ChatToolCall, id: string): ChatToolCall {
  return { id, name: plainAlias(call.name).slice(0, 64), arguments: jsonOrNothing(cleaned(call.arguments)) };
}

function jsonOrNothing(text: string): string {
  try {
    JSON.parse(text);
    return text.length <= MOST_ARGUMENTS ? text : '{}';
  } catch {
    return '{}';
  }
}

function entryOf(result: ToolResult, id: string, nonce: string): Entry {
  if (result.outcome !== 'evidence')
    return { message: { role: 'tool', toolCallId: id, content: cleaned(headAndTail(result.text, MOST_ARGUMENTS)) } };
  const { evidence } = result;
  const [begin, end] = fence(`EVIDENCE ${evidence.number}`, nonce);
  const body = { text: cleaned(evidence.text), digest: evidence.digest };
  return { toolCallId: id, head: `${begin}\n${evidenceHead(evidence)}\n`, body, foot: `\n${end}` };
}

function fitted(entries: Entry[], room: number): ChatMessage[] {
  const open = entries.filter((entry) => 'body' in entry);
  const fixed = entries.reduce((sum, entry) => sum + fixedLength(entry), 0);
  const texts = shareRoom(
    open.map(({ body }) => body),
    Math.max(room - fixed, LEAST_BODY * open.length),
  );
  return entries.map((entry) => {
    if ('message' in entry) return entry.message;
    const content = `${entry.head}${texts[open.indexOf(entry)]}${entry.foot}`;
    return { role: 'tool', toolCallId: entry.toolCallId, content };
  });
}

function fixedLength(entry: Entry): number {
  if ('message' in entry) return JSON.stringify(entry.message).length;
  return entry.head.length + entry.foot.length + 100;
}
