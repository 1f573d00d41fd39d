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
import type { LlmPace } from './llm-pace.ts';
import { ANSWER_JSON_SCHEMA } from './report-format.ts';

/** What the server behind a client is known to take; it only ever falls, and is shared by all investigations. */
export type KnownServer = { form: number; tools: boolean };

export type AskDeps = { client: ChatClient; known: KnownServer; pace: LlmPace; timeoutMs: number };

export type Question = {
  /** The messages for a form; where the server does not enforce the schema, they have to show it. */
  messages: (form: AnswerForm) => ChatMessage[];
  tools: ChatTool[];
  /** As estimated. */
  promptTokens: number;
  maxAnswerTokens: number;
  /** Ms of `performance.now()` at which the investigation has to be over; null forbids a second try. */
  deadline: number | null;
  /** Told of every call that fails, also where another follows: it may cost all the same. */
  onFailed?: (error: unknown) => void;
};

/** How long another try of a call must at least have left, ms. */
const LEAST_LEFT_MS = 5_000;
const REPEAT_AFTER_MS = 500;
/** The first wait after a 429 that names none, which doubles with each that follows, ms. */
const LIMITED_MS = 1_000;
const MOST_LIMITED_MS = 30_000;

/**
 * One call of the model in the best form that its server takes. Where trying again can help and time allows, it is tried once
 * more; a 429 costs time alone, as much as a call may take, and tells every process to pause. Throws DependencyError (dependency `llm`), and what the store
 * throws that keeps the pace.
 */
export async function askModel(deps: AskDeps, question: Question, signal: AbortSignal): Promise<ChatAnswer> {
  const patientUntil = performance.now() + deps.timeoutMs;
  let limited = 0;
  for (let failed = 0; ; ) {
    try {
      return await askInKnownForm(deps, question, signal);
    } catch (error) {
      const isLimit = error instanceof DependencyError && error.failure === 'rate_limit';
      const waitMs = isLimit ? limitedMs(error, limited++) : waitOf(error);
      const isTooLate = isLimit ? performance.now() + waitMs > patientUntil : failed++ > 0;
      if (isTooLate || signal.aborted || !worthRepeating(error, waitMs, question.deadline)) throw error;
      if (isLimit) await deps.pace.hold(waitMs);
      await pause(waitMs, signal);
    }
  }
}

const waitOf = (error: unknown) => (error instanceof DependencyError && error.retryAfterMs) || REPEAT_AFTER_MS;

/** Not all who wait come back in the same moment. */
function limitedMs({ retryAfterMs }: DependencyError, before: number): number {
  return (retryAfterMs ?? Math.min(MOST_LIMITED_MS, LIMITED_MS * 2 ** before)) * (1 + Math.random() / 10);
}

function worthRepeating(error: unknown, waitMs: number, deadline: number | null): boolean {
  if (!(error instanceof DependencyError) || !error.retryable || deadline === null) return false;
  return performance.now() + waitMs + LEAST_LEFT_MS < deadline;
}

async function askInKnownForm(deps: AskDeps, question: Question, signal: AbortSignal): Promise<ChatAnswer> {
  const { client, known, timeoutMs } = deps;
  for (;;) {
    const form = ANSWER_FORMS[known.form] ?? 'text';
    const tools = known.tools ? question.tools : [];
    const request = { messages: question.messages(form), form, tools, schema: ANSWER_JSON_SCHEMA };
    await admitted(deps, question, signal);
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

/** Waits for its turn, where that leaves enough time for the call. */
async function admitted({ pace, timeoutMs }: AskDeps, question: Question, signal: AbortSignal): Promise<void> {
  const { promptTokens, maxAnswerTokens, deadline } = question;
  const until = deadline === null ? performance.now() + timeoutMs : deadline - LEAST_LEFT_MS;
  await pace.admit(promptTokens + maxAnswerTokens, until, signal);
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
