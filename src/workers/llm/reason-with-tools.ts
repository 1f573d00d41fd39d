import { randomBytes } from 'node:crypto';
import { DependencyError } from '../../shared/errors.ts';
import type { LlmLimits } from '../../shared/llm-config.ts';
import type { Evidence, EvidenceGap, LlmUsage, Report } from '../../shared/report.ts';
import { type AskDeps, askModel } from './ask-model.ts';
import { buildPrompt } from './build-prompt.ts';
import { type AnswerForm, type ChatAnswer, type ChatMessage, type ChatTool, requestLength } from './chat-client.ts';
import { type Conversation, startConversation } from './conversation.ts';
import { estimateTokens } from './fit-evidence.ts';
import { type Purse, purseOf, splitBudget, type TokenBudget } from './llm-limits.ts';
import { type ForeignOffer, listForeignTools, openToolbox, toolTokens } from './open-toolbox.ts';
import type { ReasoningInput, ReasoningResult } from './reasoner.ts';
import { ANSWER_JSON_SCHEMA, type ReadAnswer, readAnswer } from './report-format.ts';
import { createSpending, type Spending } from './spending.ts';
import type { Toolbox } from './toolbox.ts';

export type ReasonDeps = AskDeps & { limits: LlmLimits };

/** What stays when a prompt proves too long and is written again. */
type Account = {
  spending: Spending;
  asked: { calls: number; gaps: EvidenceGap[] } /** Tokens of the last call. */;
  sent: number;
};

/** Everything that the steps of one investigation's reasoning share. */
type Reasoning = {
  deps: ReasonDeps;
  input: ReasoningInput;
  conversation: Conversation;
  account: Account;
  budget: TokenBudget;
  contextTokens: number;
  toolbox: Toolbox | null;
  /** Epoch ms after which no further evidence is asked for. */
  toolsUntil: number;
  signal: AbortSignal;
};

/** Whole prompts that the tokens must last for: the first, two that ask for more, and the conclusion. */
const PROMPTS_WITH_TOOLS = 4;
const SCHEMA_TEXT = `\n\nThe JSON object has this schema:\n${JSON.stringify(ANSWER_JSON_SCHEMA)}`;
/** A prompt that proves too long is made shorter this often, each time to this share. */
const SHRINKS = 3;
const SHRINK_TO = 0.6;

/**
 * Lets the model ask for evidence until it answers or a limit is reached, then makes it conclude without tools, and asks once
 * more with the faults when its answer cannot be read. See Reasoner for what it throws.
 */
export async function reasonWithTools(
  deps: ReasonDeps,
  input: ReasoningInput,
  signal: AbortSignal,
): Promise<ReasoningResult> {
  const { limits, client } = deps;
  const purse = purseOf(input.agent.pool.budget.tokens, limits, client.model);
  const account: Account = { spending: createSpending(purse, client.model), asked: { calls: 0, gaps: [] }, sent: 0 };
  const toolsUntil = Math.min(
    performance.now() + limits.toolMs,
    (input.deadline ?? Number.MAX_SAFE_INTEGER) - deps.timeoutMs,
  );
  const offer = await listForeignTools(input, limits, signal);
  account.asked.gaps.push(...offer.gaps);
  let { contextTokens } = limits;
  for (let shrinks = 0; ; shrinks++) {
    try {
      const fitted = { ...purse, contextTokens };
      return await reasonWithin(startReasoning({ deps, input, offer, account, toolsUntil, signal }, fitted));
    } catch (error) {
      const tooLong = error instanceof DependencyError && error.detail === 'context_length';
      if (!tooLong || shrinks === SHRINKS) throw error;
      contextTokens = statedWindow(error) ?? Math.floor(Math.min(contextTokens, account.sent) * SHRINK_TO);
    }
  }
}

/** The model reads less than is configured; most servers say how much, in words like these. */
function statedWindow({ message }: DependencyError): number | null {
  const found = /(?:maximum context length|context (?:size|length|window)|n_ctx)\D{0,20}?(\d{4,7})/i.exec(message);
  return found ? Number(found[1]) : null;
}

async function reasonWithin(reasoning: Reasoning): Promise<ReasoningResult> {
  const { input, account } = reasoning;
  const { stopped, answer } = await questionAndAnswer(reasoning);
  const report = await readOrRepair(reasoning, answer ?? (await concludeNow(reasoning, stopped)));
  const gaps = [...input.gaps, ...account.asked.gaps, ...(stopped === null ? [] : [limitGap(stopped)])];
  return { report: withGaps(report, gaps), usage: usageSoFar(account), evidence: evidenceNow(input) };
}

const limitGap = (why: string): EvidenceGap => ({ what: 'further evidence that the LLM asked for', why });
const evidenceNow = ({ source, evidence }: ReasoningInput): Evidence[] => source?.known() ?? evidence;

type Start = Pick<Reasoning, 'deps' | 'input' | 'account' | 'toolsUntil' | 'signal'> & { offer: ForeignOffer };

function startReasoning(start: Start, purse: Purse): Reasoning {
  const { deps, input, offer } = start;
  const { contextTokens } = purse;
  const toolbox = deps.known.tools ? openToolbox(input, offer, deps.limits, purse) : null;
  const fixed = SCHEMA_TOKENS + toolTokens(toolbox?.tools ?? []);
  const budget = splitBudget(purse, toolbox ? PROMPTS_WITH_TOOLS : 1, fixed);
  // In a small window a half of what can be read is kept for what the tools answer.
  const readable = toolbox ? Math.floor((contextTokens - budget.answer - fixed) / 2) : budget.prompt;
  const nonce = randomBytes(8).toString('hex');
  const fitted = { ...budget, prompt: Math.min(budget.prompt, readable) };
  const prompt = buildPrompt({ ...input, evidence: evidenceNow(input) }, nonce, fitted, toolbox !== null);
  return { ...start, toolbox, budget, contextTokens, conversation: startConversation(prompt, nonce) };
}

const SCHEMA_TOKENS = estimateTokens(SCHEMA_TEXT);
type Ended = {
  answer: ChatAnswer | null /** The limit that ended the asking, null when the model did. */;
  stopped: string | null;
};

async function questionAndAnswer(reasoning: Reasoning): Promise<Ended> {
  const { toolbox, deps, conversation, account } = reasoning;
  const { asked } = account;
  if (!toolbox) return { answer: null, stopped: null };
  for (;;) {
    const limit = limitReached(reasoning, toolbox);
    if (limit) return { answer: null, stopped: limit };
    const answer = await ask(reasoning, toolbox.tools);
    if (answer.toolCalls.length === 0) return { answer, stopped: null };
    const most = deps.limits.maxToolCalls - asked.calls;
    const round = await toolbox.answer(answer.toolCalls, most, reasoning.toolsUntil, reasoning.signal);
    asked.calls += answer.toolCalls.length;
    asked.gaps.push(...round.gaps);
    conversation.addRound(answer, round.results);
    if (round.circling) return { answer: null, stopped: 'it asked the same question for the third time' };
  }
}

/** Why no further evidence may be asked for; null while it may. */
function limitReached({ deps, conversation, account, toolsUntil, budget }: Reasoning, toolbox: Toolbox) {
  const { limits } = deps;
  const { asked, spending } = account;
  if (conversation.rounds() >= limits.maxRounds) return `the limit of ${limits.maxRounds} rounds was reached`;
  if (asked.calls >= limits.maxToolCalls) return `the limit of ${limits.maxToolCalls} tool calls was reached`;
  if (performance.now() >= toolsUntil) return 'the time for asking was over';
  const prompt = spending.tokensOf(requestLength({ messages: messagesNow(conversation), tools: toolbox.tools }));
  // This call, the conclusion after it and its repair.
  const oversteps = spending.oversteps(3 * prompt, 3 * budget.answer);
  if (oversteps && conversation.rounds() > 0) return `the budget of ${oversteps} was nearly spent`;
  return null;
}

const messagesNow = (conversation: Conversation) => conversation.messages(Number.MAX_SAFE_INTEGER);

/** The forced conclusion: no tools are left to ask. */
async function concludeNow(reasoning: Reasoning, why: string | null): Promise<ChatAnswer> {
  if (why !== null) {
    reasoning.conversation.say(
      `No more questions: ${why}. Write the root-cause analysis now, from the evidence above, as the JSON object and nothing else.`,
    );
  }
  return await ask(reasoning, []);
}

async function readOrRepair(reasoning: Reasoning, first: ChatAnswer): Promise<Report> {
  const { conversation, budget } = reasoning;
  const read = readCutAnswer(first);
  if (read.ok) return read.report;
  conversation.addRepair(first, read.faults, budget.answer * 2);
  const repaired = readCutAnswer(await ask(reasoning, []));
  if (repaired.ok) return repaired.report;
  const faults = repaired.faults.slice(0, 3).join('; ');
  throw new DependencyError('llm', 'protocol', `the LLM's answer stayed unreadable after one repair: ${faults}`);
}

/** One call with everything that was said, cut to what the model can read and what may still be spent. */
async function ask(reasoning: Reasoning, tools: ChatTool[]): Promise<ChatAnswer> {
  const { deps, conversation, account, budget, contextTokens, input, signal } = reasoning;
  const { spending } = account;
  const fixed = SCHEMA_TOKENS + toolTokens(tools);
  const room = Math.max(0, Math.min(contextTokens, spending.left()) - budget.answer - fixed);
  const messages = conversation.messages(Math.floor((room * 1000) / spending.tokensOf(1000)));
  const length = requestLength({ messages, tools });
  const question = {
    messages: (form: AnswerForm) => withSchema(messages, form),
    tools,
    promptTokens: spending.tokensOf(length) + fixed,
    maxAnswerTokens: budget.answer,
    deadline: input.deadline ?? null,
    onFailed: (error: unknown) => spending.addFailed(error, length),
  };
  account.sent = question.promptTokens;
  try {
    const answer = await askModel(deps, question, signal);
    spending.add(answer, length);
    return answer;
  } finally {
    await input.spent?.(usageSoFar(account));
  }
}

const usageSoFar = ({ spending, asked }: Account): LlmUsage => ({ ...spending.usage(), toolCalls: asked.calls });

/** Where the server does not enforce the schema, the system message shows it, which stays the same for every alert. */
function withSchema(messages: ChatMessage[], form: AnswerForm): ChatMessage[] {
  if (form === 'json_schema') return messages;
  const how = form === 'text' ? '\nPut it into one ```json code block.' : '';
  return messages.map((message) =>
    message.role === 'system' ? { ...message, content: `${message.content}${SCHEMA_TEXT}${how}` } : message,
  );
}

function readCutAnswer({ content, cut }: ChatAnswer): ReadAnswer {
  const read = readAnswer(content);
  return read.ok || !cut
    ? read
    : { ok: false, faults: ['the answer was cut at its length limit: write a much shorter one'] };
}

/** What could not be had stays in the report, whatever the model makes of it. */
function withGaps(report: Report, gaps: EvidenceGap[]): Report {
  const missing = gaps.filter(({ what }) => !report.couldNotCheck.some((listed) => listed.what === what));
  return { ...report, couldNotCheck: [...missing, ...report.couldNotCheck] };
}
