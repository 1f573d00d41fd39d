import { CAPABILITIES, type Capability } from '../../shared/mcp/capabilities.ts';
import type { Evidence, EvidenceGap } from '../../shared/report.ts';
import type { PlannedStep } from '../evidence-plan/question.ts';
import { createCallBreaker, REPEATS_TOLERATED } from './call-breaker.ts';
import type { ChatTool, ChatToolCall } from './chat-client.ts';
import type { Asked, EvidenceSource } from './evidence-source.ts';
import { argumentsOf, offerTools } from './offered-tools.ts';
import { scopeFault, type ToolScope } from './tool-scope.ts';

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
  /** Answers the calls of one message, at most `most` of them by asking; `deadline` is epoch ms. */
  answer(calls: ChatToolCall[], most: number, deadline: number, signal: AbortSignal): Promise<ToolRound>;
};

/** A call that passed every check. */
type Question = { call: ChatToolCall; key: string; step: PlannedStep };
type Checked = Question | { call: ChatToolCall; key: string; fault: string };

/** The toolbox of one investigation; it remembers what was asked. */
export function createToolbox(source: EvidenceSource, scope: ToolScope): Toolbox {
  const offered = offerTools((capability) => source.has(capability));
  const breaker = createCallBreaker();
  const check = (call: ChatToolCall): Checked => checkCall(call, offered.capabilityOf(call.name), source.facts, scope);
  return {
    tools: offered.tools,
    async answer(calls, most, deadline, signal) {
      const checked = calls.map((call) => ({ ...check(call), times: 0 }));
      for (const one of checked) one.times = breaker.count(one.key);
      const fresh = checked.filter((one): one is Question & { times: number } => 'step' in one && one.times === 1);
      const had = fresh.flatMap(({ step }) => evidenceFor(source, step) ?? []);
      const open = fresh.map(({ step }) => step).filter((step) => !had.some((one) => one.step === step));
      const asked = await source.ask(open.slice(0, most), deadline, signal);
      const answers = new Map([...had, ...asked].map((one) => [one.step, one]));
      const results = checked.map((one) => resultOf(source, one, 'step' in one ? answers.get(one.step) : undefined));
      const gaps = asked.flatMap((one) => ('why' in one ? [{ what: one.step.label, why: one.why }] : []));
      return { results, gaps, circling: checked.some(({ times }) => times > REPEATS_TOLERATED) };
    },
  };
}

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
function evidenceFor(source: EvidenceSource, step: PlannedStep): { step: PlannedStep; evidence: Evidence } | null {
  const key = JSON.stringify(Object.entries(step.arguments).sort());
  const evidence = source
    .known()
    .find((item) => item.capability === step.capability && JSON.stringify(Object.entries(item.query).sort()) === key);
  return evidence ? { step, evidence } : null;
}

/** Name, JSON, schema and scope, in this order; nothing is called before all four hold. */
function checkCall(
  call: ChatToolCall,
  capability: Capability | null,
  facts: Record<string, string>,
  scope: ToolScope,
): Checked {
  const raw = { call, key: `${call.name} ${call.arguments.slice(0, 2000)}` };
  if (capability === null) return { ...raw, fault: 'there is no such tool, only those of the list' };
  const given = objectOf(call.arguments);
  if (given === null) return { ...raw, fault: 'the arguments are not a JSON object' };
  const { input } = CAPABILITIES[capability];
  const knows = argumentsOf(capability);
  const strange = Object.keys(given).find((name) => !knows.all.includes(name));
  if (strange !== undefined)
    return { ...raw, fault: `it has no argument "${strange.slice(0, 40)}", only ${knows.all.join(', ')}` };
  const parsed = input.safeParse(withWindow(given, knows.all, facts));
  if (!parsed.success) return { ...raw, fault: issueOf(parsed.error.issues[0]) };
  const fault = scopeFault(parsed.data, knows, scope);
  const step = stepOf(capability, parsed.data);
  const key = `${capability} ${JSON.stringify(Object.entries(step.arguments).sort())}`;
  return fault ? { call, key, fault } : { call, key, step };
}

function issueOf(issue: { path: PropertyKey[]; message: string } | undefined): string {
  return issue ? `${issue.path.join('.') || 'arguments'}: ${issue.message}` : 'the arguments do not fit';
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

/** A question without a time is about the alert's time. */
function withWindow(given: Record<string, unknown>, knows: string[], facts: Record<string, string>) {
  const window = Object.fromEntries(
    ['from', 'to'].filter((name) => knows.includes(name)).map((name) => [name, facts[name]]),
  );
  return { ...window, ...given };
}

function stepOf(capability: Capability, given: Record<string, unknown>): PlannedStep {
  const about = Object.entries(given).filter(
    ([name, value]) => typeof value === 'string' && !['from', 'to', 'severity'].includes(name),
  );
  const label = `${capability} of ${about.map(([, value]) => value).join(', ') || 'everything'} (asked by the LLM)`;
  return { capability, arguments: given, label, required: false };
}
