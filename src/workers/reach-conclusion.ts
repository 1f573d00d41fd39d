import { DependencyError, describeError, FleetError } from '../shared/errors.ts';
import type { ConcludeInput } from './conclude-findings.ts';
import type { Analysis, Draft, Investigation } from './investigation.ts';
import { inReasonSpan } from './investigation-spans.ts';
import { withinBudget } from './within-budget.ts';

/** The LLM's report, or the detectors' where there is no LLM or it fails: the engineer gets an answer either way. */
export async function reachConclusion(investigation: Investigation, analysis: Analysis): Promise<Draft> {
  const { deps, progress } = investigation;
  const { evidence } = analysis;
  if (!deps.reasoner.configured) return { report: await detectorsConclusion(investigation, analysis), evidence };
  const { incident, lease } = investigation;
  const refused = await deps.store.budgets.admit(incident.id, lease.run, incident.severity, incident.beyondBudget);
  if (refused) return await beyondBudget(investigation, analysis, refused);
  await progress.start('reasoning over the evidence');
  try {
    return await reason(investigation, analysis);
  } catch (error) {
    return await withoutLlm(investigation, analysis, error);
  }
}

/** The detectors alone, which the report says, and whoever wants more can have it by "investigate anyway". */
async function beyondBudget(investigation: Investigation, analysis: Analysis, why: string) {
  const { deps, incident, lease, progress } = investigation;
  deps.metrics.budgetRefusals.inc({ severity: incident.severity });
  progress.add('reasoning over the evidence', `left out, ${why}`);
  await deps.store.investigations.noteDecision(lease, 'detectors_only', why);
  const gaps = [...analysis.gaps, { what: 'reasoning by the LLM', why }];
  return { report: await detectorsConclusion(investigation, { ...analysis, gaps }), evidence: analysis.evidence };
}

async function withoutLlm(investigation: Investigation, analysis: Analysis, error: unknown): Promise<Draft> {
  const { deps, progress } = investigation;
  if (investigation.signal.aborted || !isOfLlm(error)) throw error;
  const failure = error instanceof DependencyError ? error.failure : 'deadline_exceeded';
  deps.metrics.llmCalls.inc({ outcome: failure });
  deps.logger.warn('the LLM did not answer; the report is the detectors alone', {
    incident: investigation.incident.id,
    failure,
    error: describeError(error),
  });
  progress.end('the LLM did not answer', 'failed');
  // An outage must not use up the budget of the hour after it.
  if (UNPAID.has(failure) && investigation.account.total() === null)
    await deps.store.budgets.giveBack(investigation.incident.id, investigation.lease.run);
  const gaps = [
    ...analysis.gaps,
    { what: 'reasoning by the LLM', why: `${failure}: ${describeError(error)}`.slice(0, 300) },
  ];
  const report = await detectorsConclusion(investigation, { ...analysis, gaps });
  return { report, evidence: analysis.evidence };
}

/** Failures of an LLM that has not begun to answer, so that nobody has to pay for it. */
const UNPAID: ReadonlySet<string> = new Set(['connection', 'overload', 'rate_limit', 'breaker_open', 'auth']);

/** A lost lease or a database that is away while the LLM's questions were answered is no failure of the LLM. */
const isOfLlm = (error: unknown) =>
  error instanceof DependencyError || !(error instanceof FleetError) || error.code === 'deadline_exceeded';

async function reason(investigation: Investigation, analysis: Analysis): Promise<Draft> {
  const { deps, agent, alerts, signal, deadline, account, progress } = investigation;
  const input = { agent, alerts, ...analysis, deadline, spent: account.spent };
  const result = await inReasonSpan(agent.name, () =>
    withinBudget(signal, deadline - performance.now(), (limited) => deps.reasoner.reason(input, limited)),
  );
  deps.metrics.llmCalls.inc({ outcome: 'ok' });
  await account.spent(result.usage);
  const { toolCalls = 0 } = result.usage;
  progress.end(toolCalls > 0 ? `done with ${toolCalls} more questions, verifying` : 'done, verifying');
  return result;
}

/** The conclusion may be drawn in another thread: only what it needs goes there. */
export function detectorsConclusion(
  { deps, agent, alerts, signal }: Investigation,
  about: Omit<ConcludeInput, 'agent' | 'alerts'>,
) {
  const { findings, evidence, gaps, alertClass, seen } = about;
  return deps.analyst.conclude({ alerts, agent, findings, evidence, gaps, alertClass, seen }, signal);
}
