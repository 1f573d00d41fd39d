/** How the answer's form is asked for, best first; servers that know less get the next. */
export const ANSWER_FORMS = ['json_schema', 'json_object', 'text'] as const;
export type AnswerForm = (typeof ANSWER_FORMS)[number];

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

export type ChatRequest = {
  messages: ChatMessage[];
  form: AnswerForm;
  schema: Record<string, unknown>;
  maxAnswerTokens: number;
};

export type ChatAnswer = {
  content: string;
  /** True when the answer was cut at its token limit. */
  cut: boolean;
  model: string;
  promptTokens: number | null;
  completionTokens: number | null;
};

/**
 * One chat completion. Throws DependencyError (dependency `llm`); a server that does not know the asked form is told by
 * failure `bad_request` with detail `unsupported_form`.
 */
export type ChatClient = {
  readonly model: string;
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer>;
};
