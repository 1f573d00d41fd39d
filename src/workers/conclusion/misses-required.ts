import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import type { Alert } from '../../shared/alert.ts';
import { CAPABILITIES } from '../../shared/mcp/capabilities.ts';
import type { Evidence } from '../../shared/report.ts';
import { alertText } from '../alert-facts.ts';
import { TOOL_RESULT } from '../evidence-plan/question.ts';
import { INTAKE } from '../incident-alerts.ts';

/**
 * True when a question that the agent's plan calls required for this alert has no answer. What was recorded elsewhere (text of
 * commands, snapshots, bare objects) answers many questions at once, whatever they were called; then nothing can be said to be missing.
 */
export function missesRequired({
  agent,
  alerts,
  evidence,
}: {
  agent: PoolAgent;
  alerts: Alert[];
  evidence: Evidence[];
}): boolean {
  const recorded = evidence.filter(({ capability, server }) => capability !== TOOL_RESULT && server !== INTAKE.server);
  if (recorded.some(({ capability, data }) => !Object.hasOwn(CAPABILITIES, capability) || areBare(data))) return false;
  const text = alertText(alerts);
  const says = (pattern: string) => new RegExp(pattern, 'iu').test(text);
  const required = agent.pool.evidence.filter(
    ({ required, when, unless }) => required && (!when || says(when)) && !(unless && says(unless)),
  );
  return required.some((step) => !evidence.some(({ capability }) => capability === step.capability));
}

/** Objects that somebody handed over as they are wanted: nothing runs of which anybody could have asked more. */
const areBare = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'withStatus' in data && data.withStatus === false;
