import { CAPABILITIES, type Capability } from '../../shared/mcp/capabilities.ts';
import type { PlannedStep } from '../evidence-plan/question.ts';
import { argumentsOf } from './offered-tools.ts';
import { scopeFault, type ToolScope } from './tool-scope.ts';

/** The question that a call of one of our own tools puts, or why it may not be put: arguments, schema, then scope. */
export function checkCapabilityCall(
  capability: Capability,
  given: Record<string, unknown>,
  facts: Record<string, string>,
  scope: ToolScope,
): { step: PlannedStep } | { fault: string } {
  const { input } = CAPABILITIES[capability];
  const knows = argumentsOf(capability);
  const strange = Object.keys(given).find((name) => !knows.all.includes(name));
  if (strange !== undefined)
    return { fault: `it has no argument "${strange.slice(0, 40)}", only ${knows.all.join(', ')}` };
  const parsed = input.safeParse(withWindow(given, knows.all, facts));
  if (!parsed.success) return { fault: issueOf(parsed.error.issues[0]) };
  const fault = scopeFault(parsed.data, knows, scope);
  return fault ? { fault } : { step: stepOf(capability, parsed.data) };
}

function issueOf(issue: { path: PropertyKey[]; message: string } | undefined): string {
  return issue ? `${issue.path.join('.') || 'arguments'}: ${issue.message}` : 'the arguments do not fit';
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
