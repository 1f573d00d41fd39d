import { CAPABILITIES, type Capability } from '../../shared/mcp/capabilities.ts';
import { sortedJson } from '../../shared/sorted-json.ts';

/** One question that will be asked, its placeholders filled in. */
export type PlannedStep = {
  capability: Capability;
  arguments: Record<string, unknown>;
  label: string;
  required: boolean;
  /** Left out without a word where no server answers the capability. */
  optional?: boolean;
  /** What the survey that the step is of looks at. */
  survey?: string;
};

/** What evidence is called that a tool of a server of others has brought: it has no form that a detector would read. */
export const TOOL_RESULT = 'tool.result';

/** A question that the LLM puts to such a tool, by the tool's own name. */
export type ToolStep = {
  capability: typeof TOOL_RESULT;
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  label: string;
  required: false;
};

/** Whatever is asked through the gateway. */
export type AskedStep = PlannedStep | ToolStep;

/** True for a question to a tool of a server of others. */
export const isToolStep = (step: AskedStep): step is ToolStep => step.capability === TOOL_RESULT;

/** Every question once; it is required where any of its repetitions is. */
export function withoutRepeats(steps: PlannedStep[]): PlannedStep[] {
  const seen = new Map<string, PlannedStep>();
  for (const step of steps) {
    const key = questionKey(step.capability, step.arguments);
    const earlier = seen.get(key);
    if (earlier) earlier.required ||= step.required;
    else seen.set(key, { ...step });
  }
  return [...seen.values()];
}

/** The same questions are compared in every round; arguments that are not looked at any more are forgotten. */
const KEYS = new WeakMap<object, { capability: string; key: string }>();

/** The same for the same question. Defaults are filled in, so that a question is the same whether or not somebody wrote them down. */
export function questionKey(capability: string, input: Record<string, unknown>): string {
  const known = KEYS.get(input);
  if (known?.capability === capability) return known.key;
  const key = writeKey(capability, input);
  KEYS.set(input, { capability, key });
  return key;
}

function writeKey(capability: string, input: Record<string, unknown>): string {
  const known = Object.hasOwn(CAPABILITIES, capability)
    ? CAPABILITIES[capability as Capability].input.safeParse(input)
    : null;
  const whole = known?.success ? known.data : input;
  return `${capability} ${sortedJson(whole)}`;
}
