import type { ChatFault } from '../chat-fault.ts';
import type { SandboxToolCall } from '../completion.ts';
import type { ChatCompletionRequest } from '../default-answer.ts';

/** What a simulated model writes; with `toolCalls` it asks instead of answering. */
export type ModelReply = { content: string | null; toolCalls?: SandboxToolCall[]; withoutUsage?: boolean };

/** A simulated model: one reply per request, all that it knows is in the request. */
export type SandboxModel = (request: ChatCompletionRequest) => ModelReply | ChatFault;

/** Calls of tools so far in the conversation that the request repeats. */
export function callsSoFar({ messages }: ChatCompletionRequest): SandboxToolCall[] {
  return messages.flatMap(({ tool_calls: calls = [] }) => calls.map((call) => call.function));
}

/** Everything that the model was given to read, but our own instructions. */
export function readable({ messages }: ChatCompletionRequest): string {
  const read = messages.filter(({ role }) => role === 'user' || role === 'tool');
  return read.map(({ content }) => content ?? '').join('\n');
}

/** The service that the incident is about, as the alerts, the findings or the questions name it. */
export function serviceIn(request: ChatCompletionRequest): string {
  const text = readable(request);
  return /"service":"([\w.-]+)"/.exec(text)?.[1] ?? /"component":"([\w.-]+)"/.exec(text)?.[1] ?? 'user-service';
}

/** A call of a tool by the name it was offered under. */
export const toolCall = (name: string, given: Record<string, unknown>): SandboxToolCall => ({
  name,
  arguments: JSON.stringify(given),
});

/** True while the model may ask: the request holds tools. */
export const mayAsk = ({ tools }: ChatCompletionRequest) => (tools?.length ?? 0) > 0;

export const answer = (value: unknown): ModelReply => ({ content: JSON.stringify(value) });
