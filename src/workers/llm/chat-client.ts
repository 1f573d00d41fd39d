import { DependencyError, type DependencyErrorOptions, type FailureClass } from '../../shared/errors.ts';

/** How the answer's form is asked for, best first; servers that know less get the next. */
export const ANSWER_FORMS = ['json_schema', 'json_object', 'text'] as const;
export type AnswerForm = (typeof ANSWER_FORMS)[number];

/** A call of a tool as the model wrote it; name and arguments (JSON, if all is well) are untrusted. */
export type ChatToolCall = { id: string; name: string; arguments: string };

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ChatToolCall[] }
  /** The answer to one call; every call of an assistant's message needs one. */
  | { role: 'tool'; toolCallId: string; content: string };

/** A tool that the model may ask for; `parameters` is a JSON schema. */
export type ChatTool = { name: string; description: string; parameters: Record<string, unknown> };

export type ChatRequest = {
  messages: ChatMessage[];
  form: AnswerForm;
  schema: Record<string, unknown>;
  /** Left out or empty: the model can only answer. */
  tools?: ChatTool[];
  maxAnswerTokens: number;
};

export type ChatAnswer = {
  content: string;
  /** What the model asks for instead of answering; empty when it answers. */
  toolCalls: ChatToolCall[];
  /** True when the answer was cut at its token limit. */
  cut: boolean;
  model: string;
  promptTokens: number | null;
  /** The part of the prompt's tokens that the server had in its cache. */
  cachedTokens: number | null;
  completionTokens: number | null;
};

/** What the server has counted of a call. */
export type Billed = Pick<ChatAnswer, 'model' | 'promptTokens' | 'cachedTokens' | 'completionTokens'>;

/** A call that failed after the model had worked, so that it costs all the same: a refusal, an answer that a filter cut off. */
export class BilledFailure extends DependencyError {
  readonly billed: Billed;

  constructor(failure: FailureClass, message: string, billed: Billed, options: DependencyErrorOptions = {}) {
    super('llm', failure, message, options);
    this.billed = billed;
  }
}

/**
 * One chat completion. Throws DependencyError (dependency `llm`), BilledFailure where the server has counted tokens all the same; a server that does not know the asked form is told by
 * failure `bad_request` with detail `unsupported_form`, one that knows no tools with `unsupported_tools`, and a prompt that
 * is too long for the model with `context_length`.
 */
export type ChatClient = {
  readonly model: string;
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer>;
};

/** How many characters a request's messages and tools have. */
export function requestLength({ messages, tools = [] }: Pick<ChatRequest, 'messages' | 'tools'>): number {
  const said = messages.reduce((sum, message) => sum + messageLength(message), 0);
  return said + (tools.length > 0 ? JSON.stringify(tools).length : 0);
}

function messageLength(message: ChatMessage): number {
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
  return message.content.length + calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
}
