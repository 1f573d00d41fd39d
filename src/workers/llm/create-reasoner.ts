import { randomBytes } from 'node:crypto';
import type { LlmConfig } from '../../shared/config.ts';
import { withDeadline } from '../../shared/deadline.ts';
import { DependencyError, FleetError } from '../../shared/errors.ts';
import type { EvidenceGap, LlmUsage, Report } from '../../shared/report.ts';
import { buildPrompt, type Prompt, splitBudget } from './build-prompt.ts';
import { ANSWER_FORMS, type AnswerForm, type ChatAnswer, type ChatClient, type ChatMessage } from './chat-client.ts';
import { headAndTail } from './fit-evidence.ts';
import { createOpenAiChatClient } from './openai-chat-client.ts';
import type { Reasoner, ReasoningInput, ReasoningResult } from './reasoner.ts';
import { ANSWER_JSON_SCHEMA, type ReadAnswer, readAnswer } from './report-format.ts';

/** The reasoner of the configured LLM; without one, `configured` is false and reasoning throws `not_configured`. */
export function createReasoner(options: LlmConfig): Reasoner {
  if (options.provider === 'none') return NO_REASONER;
  const client = createOpenAiChatClient(options);
  // The best form that the server is known to take; it only ever falls.
  const known = { form: 0 };
  return {
    configured: true,
    reason: (input, signal) => reasonWithin(client, known, options.timeoutMs, input, signal),
  };
}

const NO_REASONER: Reasoner = {
  configured: false,
  async reason() {
    throw new DependencyError(
      'llm',
      'not_configured',
      'no LLM is configured: set OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT',
    );
  },
};

type KnownForm = { form: number };

async function reasonWithin(
  client: ChatClient,
  known: KnownForm,
  timeoutMs: number,
  input: ReasoningInput,
  signal: AbortSignal,
) {
  try {
    return await withDeadline('the LLM', timeoutMs, (deadline) => reason(client, known, input, deadline), signal);
  } catch (error) {
    if (error instanceof DependencyError) throw error;
    const late = error instanceof FleetError && error.code === 'deadline_exceeded';
    throw new DependencyError(
      'llm',
      late ? 'timeout' : 'aborted',
      late ? 'the LLM did not answer in time' : 'the call of the LLM was stopped',
      { cause: error },
    );
  }
}

/** Asks, reads the answer, and asks once more with the faults when it cannot be read. */
async function reason(
  client: ChatClient,
  known: KnownForm,
  input: ReasoningInput,
  signal: AbortSignal,
): Promise<ReasoningResult> {
  const budget = splitBudget(input.agent.pool.budget.tokens);
  const prompt = buildPrompt(input, randomBytes(8).toString('hex'), budget);
  const ask = (more: ChatMessage[]) => askInKnownForm(client, known, prompt, more, budget.answer, signal);
  const first = await ask([]);
  const read = readCutAnswer(first);
  if (read.ok) return { report: withGaps(read.report, input.gaps), usage: usageOf([first]) };
  const second = await ask(repairMessages(first, read.faults, budget.answer));
  const repaired = readCutAnswer(second);
  if (repaired.ok) return { report: withGaps(repaired.report, input.gaps), usage: usageOf([first, second]) };
  const faults = repaired.faults.slice(0, 3).join('; ');
  throw new DependencyError('llm', 'protocol', `the LLM's answer stayed unreadable after one repair: ${faults}`);
}

async function askInKnownForm(
  client: ChatClient,
  known: KnownForm,
  prompt: Prompt,
  more: ChatMessage[],
  maxAnswerTokens: number,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  for (;;) {
    const form = ANSWER_FORMS[known.form] ?? 'text';
    try {
      const messages = [...promptMessages(prompt, form), ...more];
      return await client.complete({ messages, form, schema: ANSWER_JSON_SCHEMA, maxAnswerTokens }, signal);
    } catch (error) {
      const unknownForm = error instanceof DependencyError && error.detail === 'unsupported_form' && form !== 'text';
      if (!unknownForm) throw error;
      known.form = ANSWER_FORMS.indexOf(form) + 1;
    }
  }
}

/** Where the server does not enforce the schema, the prompt has to show it. */
function promptMessages({ system, user }: Prompt, form: AnswerForm): ChatMessage[] {
  const schema =
    form === 'json_schema' ? '' : `\n\nThe JSON object has this schema:\n${JSON.stringify(ANSWER_JSON_SCHEMA)}`;
  const fence = form === 'text' ? '\nPut it into one ```json code block.' : '';
  return [
    { role: 'system', content: system },
    { role: 'user', content: `${user}${schema}${fence}` },
  ];
}

function readCutAnswer({ content, cut }: ChatAnswer): ReadAnswer {
  const read = readAnswer(content);
  return read.ok || !cut
    ? read
    : { ok: false, faults: ['the answer was cut at its length limit: write a much shorter one'] };
}

function repairMessages({ content }: ChatAnswer, faults: string[], answerTokens: number): ChatMessage[] {
  return [
    { role: 'assistant', content: headAndTail(content, answerTokens * 4) || '(empty)' },
    {
      role: 'user',
      content: `That answer cannot be used:\n- ${faults.join('\n- ')}\nAnswer again with the whole JSON object, and nothing else.`,
    },
  ];
}

/** What could not be had stays in the report, whatever the model makes of it. */
function withGaps(report: Report, gaps: EvidenceGap[]): Report {
  const missing = gaps.filter(({ what }) => !report.couldNotCheck.some((listed) => listed.what === what));
  return { ...report, couldNotCheck: [...missing, ...report.couldNotCheck] };
}

function usageOf(answers: ChatAnswer[]): LlmUsage {
  const sum = (counts: (number | null)[]) =>
    counts.every((count) => count === null) ? null : counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return {
    model: answers.at(-1)?.model ?? 'unknown',
    promptTokens: sum(answers.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(answers.map(({ completionTokens }) => completionTokens)),
  };
}
