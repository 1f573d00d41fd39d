import type { Evidence, EvidenceGap } from '../../shared/report.ts';
import { sortedJson } from '../../shared/sorted-json.ts';
import { type AskedStep, isToolStep } from '../evidence-plan/question.ts';
import { createCallBreaker, REPEATS_TOLERATED } from './call-breaker.ts';
import type { ChatTool, ChatToolCall } from './chat-client.ts';
import { checkCapabilityCall } from './check-capability-call.ts';
import type { Asked, EvidenceSource } from './evidence-source.ts';
import { checkForeignCall } from './foreign-tools/check-foreign-call.ts';
import type { ForeignTool } from './foreign-tools/foreign-tool.ts';
import { offerTools } from './offered-tools.ts';
import type { ToolScope } from './tool-scope.ts';

/** The answer to one call of a tool: numbered evidence, or our own words on why there is none. */
export type ToolResult =
  | { call: ChatToolCall; outcome: 'evidence'; evidence: Evidence }
  | { call: ChatToolCall; outcome: 'refused' | 'repeated' | 'gap' | 'limit'; text: string };

export type ToolRound = {
  results: ToolResult[];
  gaps: EvidenceGap[] /** The model goes round in circles. */;
  circling: boolean;
};

export type Toolbox = {
  tools: ChatTool[];
  /** Answers the calls of one message, at most `most` of them by asking; `deadline` is in ms of `performance.now()`. */
  answer(calls: ChatToolCall[], most: number, deadline: number, signal: AbortSignal): Promise<ToolRound>;
};

export type ToolboxOptions = {
  /** Tools of other servers, beside the questions of our own. */
  foreign?: ForeignTool[];
  /** Chooses those that the model is given, in their order; all of them by default. */
  choose?: (tools: ChatTool[]) => ChatTool[];
};

/** A call that passed every check. */
type Question = { call: ChatToolCall; key: string; step: AskedStep };
type Checked = Question | { call: ChatToolCall; key: string; fault: string };

/** The toolbox of one investigation; it remembers what was asked. */
export function createToolbox(
  source: EvidenceSource,
  scope: ToolScope,
  { foreign = [], choose = (tools) => tools }: ToolboxOptions = {},
): Toolbox {
  const own = offerTools((capability) => source.has(capability));
  const others = new Map(foreign.map((tool) => [tool.chat.name, tool]));
  const tools = choose([...own.tools, ...foreign.map(({ chat }) => chat)]);
  const given = new Set(tools.map(({ name }) => name));
  const breaker = createCallBreaker();
  const stepFor = (name: string, args: Record<string, unknown>): { step: AskedStep } | { fault: string } => {
    const capability = given.has(name) ? own.capabilityOf(name) : null;
    if (capability) return checkCapabilityCall(capability, args, source.facts, scope);
    const other = given.has(name) ? others.get(name) : undefined;
    return other ? checkForeignCall(other, args, scope) : { fault: 'there is no such tool, only those of the list' };
  };
  return {
    tools,
    async answer(calls, most, deadline, signal) {
      const checked = calls.map((call) => ({ ...checkCall(call, stepFor), times: 0 }));
      for (const one of checked) one.times = breaker.count(one.key);
      const fresh = checked.filter((one): one is Question & { times: number } => 'step' in one && one.times === 1);
      const had = fresh.flatMap(({ step }) => evidenceFor(source, step) ?? []);
      const open = fresh.map(({ step }) => step).filter((step) => !had.some((one) => one.step === step));
      const asked = await source.ask(open.slice(0, most), deadline, signal);
      const answers = new Map([...had, ...asked].map((one) => [one.step, one]));
      const results = checked.map((one) => resultOf(source, one, 'step' in one ? answers.get(one.step) : undefined));
      const gaps = asked.flatMap((one) => (isGap(one) ? [{ what: one.step.label, why: one.why }] : []));
      return { results, gaps, circling: checked.some(({ times }) => times > REPEATS_TOLERATED) };
    },
  };
}

/** A question that the model has put wrongly could have been put right: nothing could not be checked because of it. */
const isGap = (one: Asked): one is Extract<Asked, { why: string }> => 'why' in one && one.failure !== 'bad_request';

const told = (call: ChatToolCall, outcome: Exclude<ToolResult['outcome'], 'evidence'>, text: string): ToolResult => ({
  call,
  outcome,
  text,
});

function resultOf(source: EvidenceSource, one: Checked & { times: number }, answer: Asked | undefined): ToolResult {
  if (one.times > 1) return told(one.call, 'repeated', repeatText(source, one));
  if (!('step' in one)) return told(one.call, 'refused', `Refused, nothing was called: ${one.fault}.`);
  if (!answer) return told(one.call, 'limit', 'Not asked: the limit of questions is reached.');
  if ('evidence' in answer) return { call: one.call, outcome: 'evidence', evidence: answer.evidence };
  return told(one.call, 'gap', `This could not be had: ${answer.why}`);
}

function repeatText(source: EvidenceSource, one: Checked): string {
  const known = 'step' in one ? evidenceFor(source, one.step) : null;
  const where = known ? `and the answer is EVIDENCE ${known.evidence.number}` : 'and the answer is the same';
  return `You have asked exactly this before, ${where}. Ask something else, or conclude.`;
}

/** What the plan, or a worker that was killed, has asked already. */
function evidenceFor(source: EvidenceSource, step: AskedStep): { step: AskedStep; evidence: Evidence } | null {
  const isSame = ({ capability, server, tool, query }: Evidence) =>
    capability === step.capability &&
    (!isToolStep(step) || (server === step.server && tool === step.tool)) &&
    sortedJson(query) === sortedJson(step.arguments);
  const evidence = source.known().find(isSame);
  return evidence ? { step, evidence } : null;
}

/** Name, JSON, schema and scope; nothing is called before all four hold. */
function checkCall(
  call: ChatToolCall,
  stepFor: (name: string, args: Record<string, unknown>) => { step: AskedStep } | { fault: string },
): Checked {
  const raw = { call, key: `${call.name} ${call.arguments.slice(0, 2000)}` };
  const given = objectOf(call.arguments);
  const found = given === null ? notAnObject(stepFor, call.name) : stepFor(call.name, given);
  if ('fault' in found) return { ...raw, fault: found.fault };
  const { step } = found;
  const whom = isToolStep(step) ? `${step.server} ${step.tool}` : '';
  return { call, key: `${step.capability} ${whom} ${sortedJson(step.arguments)}`, step };
}

/** A name that nobody gave is the worse fault of the two. */
function notAnObject(stepFor: Parameters<typeof checkCall>[1], name: string): { fault: string } {
  const unknown = stepFor(name, {});
  const isUnknown = 'fault' in unknown && unknown.fault.startsWith('there is no such tool');
  return { fault: isUnknown ? unknown.fault : 'the arguments are not a JSON object' };
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
    // Strict servers write null for what is left out.
    return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
  } catch {
    return null;
  }
}
