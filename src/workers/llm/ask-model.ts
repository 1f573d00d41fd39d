import { pause, withDeadline } from '../../shared/deadline.ts';
import { DependencyError, FleetError } from '../../shared/errors.ts';
import {
  ANSWER_FORMS,
  type AnswerForm,
  type ChatAnswer,
  type ChatClient,
  type ChatMessage,
  type ChatTool,
} from './chat-client.ts';
import { ANSWER_JSON_SCHEMA } from './report-format.ts';

/** What the server behind a client is known to take; it only ever falls, and is shared by all investigations. */
export type KnownServer = { form: number; tools: boolean };

export type AskDeps = { client: ChatClient; known: KnownServer; timeoutMs: number };

export type Question = {
  /** The messages for a form; where the server does not enforce the schema, they have to show it. */
  messages: (form: AnswerForm) => ChatMessage[];
  tools: ChatTool[];
  maxAnswerTokens: number;
  /** Epoch ms at which the investigation has to be over; null forbids a second try. */
  deadline: number | null;
  /** Told of every call that fails, also where another follows: it may cost all the same. */
  onFailed?: (error: unknown) => void;
};

/** How long the second try of a call must at least have left, ms. */
const LEAST_LEFT_MS = 5_000;

/**
 * One call of the model in the best form that its server takes. Where trying again can help and time allows, it is tried once
 * more. Throws DependencyError (dependency `llm`).
 */
export async function askModel(deps: AskDeps, question: Question, signal: AbortSignal): Promise<ChatAnswer> {
  try {
    return await askInKnownForm(deps, question, signal);
  } catch (error) {
    const waitMs = worthRepeating(error, question.deadline);
    if (waitMs === null || signal.aborted) throw error;
    await pause(waitMs, signal);
    return await askInKnownForm(deps, question, signal);
  }
}

/** How long to wait before another try, ms; null where there should be none. */
function worthRepeating(error: unknown, deadline: number | null): number | null {
  if (!(error instanceof DependencyError) || !error.retryable || deadline === null) return null;
  const waitMs = error.retryAfterMs ?? 500;
  return Date.now() + waitMs + LEAST_LEFT_MS < deadline ? waitMs : null;
}

async function askInKnownForm(deps: AskDeps, question: Question, signal: AbortSignal): Promise<ChatAnswer> {
  const { client, known, timeoutMs } = deps;
  for (;;) {
    const form = ANSWER_FORMS[known.form] ?? 'text';
    const tools = known.tools ? question.tools : [];
    const request = { messages: question.messages(form), form, tools, schema: ANSWER_JSON_SCHEMA };
    try {
      return await inTime(timeoutMs, signal, (limited) =>
        client.complete({ ...request, maxAnswerTokens: question.maxAnswerTokens }, limited),
      );
    } catch (error) {
      question.onFailed?.(error);
      if (!learns(error, known, form, tools.length > 0)) throw error;
    }
  }
}

/** True when the failure says what the server does not take, so that the next try does without. */
function learns(error: unknown, known: KnownServer, form: AnswerForm, withTools: boolean): boolean {
  const detail = error instanceof DependencyError ? error.detail : null;
  if (detail === 'unsupported_tools' && withTools) {
    known.tools = false;
    return true;
  }
  if (detail !== 'unsupported_form' || form === 'text') return false;
  known.form = ANSWER_FORMS.indexOf(form) + 1;
  return true;
}

async function inTime<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withDeadline('the LLM', timeoutMs, work, signal);
  } catch (error) {
    if (error instanceof DependencyError) throw error;
    const late = error instanceof FleetError && error.code === 'deadline_exceeded';
    const message = late ? 'the LLM did not answer in time' : 'the call of the LLM was stopped';
    throw new DependencyError('llm', late ? 'timeout' : 'aborted', message, { cause: error });
  }
}
