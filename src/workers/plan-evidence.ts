import type { EvidenceStep } from '../shared/agents/agent-definition.ts';
import type { PoolAgent } from '../shared/agents/load-agents.ts';
import { CAPABILITIES, type Capability } from '../shared/mcp/capabilities.ts';
import type { EvidenceGap } from '../shared/report.ts';
import { type PlannedStep, withoutRepeats } from './evidence-plan/question.ts';

export type EvidencePlan = { steps: PlannedStep[]; gaps: EvidenceGap[] };

/** One investigation asks no more than this in its first round. */
const MAX_STEPS = 64;

const PLACEHOLDER = /\{([a-zA-Z]\w{0,40})\}/g;

/**
 * Resolves an agent's evidence plan with the alert's facts. Steps whose `when` does not match, whose `unless` does or whose `needs` are unknown
 * are left out, the required ones with a gap; an argument with an unknown placeholder is left out of its step.
 */
export function planEvidence(agent: PoolAgent, facts: Record<string, string>, alertText: string): EvidencePlan {
  const plan: EvidencePlan = { steps: [], gaps: [] };
  const says = (pattern: string) => new RegExp(pattern, 'iu').test(alertText);
  const wanted = agent.pool.evidence.filter(({ when, unless }) => (!when || says(when)) && !(unless && says(unless)));
  for (const step of wanted) planStep(plan, step, facts);
  const steps = withoutRepeats(plan.steps).slice(0, MAX_STEPS);
  return { steps, gaps: plan.gaps.length > 0 || steps.length === 0 ? plan.gaps : unnamed(agent, facts) };
}

/** An alert that names nothing leaves most questions unasked; the report has to say so. */
function unnamed(agent: PoolAgent, facts: Record<string, string>): EvidenceGap[] {
  const wantsService = agent.pool.evidence.some(({ needs }) => needs.includes('service'));
  if (!wantsService || facts.service || facts.host) return [];
  const why = 'the alert names no service, host or pod to ask about';
  return [{ what: 'logs, traces, metrics and pods of the service', why }];
}

function planStep(plan: EvidencePlan, step: EvidenceStep, facts: Record<string, string>): void {
  const label = step.label.replace(PLACEHOLDER, (_match, name: string) => facts[name] ?? `the ${name}`);
  const missing = step.needs.filter((name) => !facts[name]);
  const resolved = resolveArguments(step, facts);
  const fault =
    missing.length > 0 ? `the alert names no ${missing.join(' and no ')}` : inputFault(step.capability, resolved);
  const { capability, required, optional, survey } = step;
  const more = { ...(optional && { optional }), ...(survey && { survey }) };
  if (!fault) plan.steps.push({ capability, arguments: resolved, label, required, ...more });
  else if (step.required) plan.gaps.push({ what: label, why: fault });
}

function resolveArguments(step: EvidenceStep, facts: Record<string, string>): Record<string, unknown> {
  const entries = Object.entries(step.arguments).map(([name, value]) => [name, resolveValue(value, facts)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Undefined when a placeholder is unknown; of a list what is known. A port is the one fact that tools take as a number. */
function resolveValue(value: unknown, facts: Record<string, string>): unknown {
  if (Array.isArray(value)) {
    const known = value.map((item) => resolveValue(item, facts)).filter((item) => item !== undefined);
    return [...new Set(known)];
  }
  if (typeof value !== 'string' || !value.includes('{')) return value;
  const names = [...value.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  if (names.some((name) => !facts[name])) return undefined;
  if (value === '{port}') return Number(facts.port);
  return value.replace(PLACEHOLDER, (_match, name: string) => facts[name] ?? '');
}

function inputFault(capability: Capability, input: Record<string, unknown>): string | null {
  const parsed = CAPABILITIES[capability].input.safeParse(input);
  return parsed.success ? null : `the question could not be put: ${parsed.error.issues[0]?.message ?? 'bad arguments'}`;
}
