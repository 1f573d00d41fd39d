import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { type PoolAgent, poolAgents } from '../shared/agents/load-agents.ts';
import type { Alert } from '../shared/alert.ts';
import { pause } from '../shared/deadline.ts';
import { DependencyError, describeError, FleetError } from '../shared/errors.ts';
import type { Incident } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import type { McpGateway } from '../shared/mcp/mcp-gateway.types.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Evidence, EvidenceGap, Finding, LlmUsage, Report } from '../shared/report.ts';
import type { Lease } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';
import { alertFacts, alertText } from './alert-facts.ts';
import { analyseInTurns } from './analyse-evidence.ts';
import { concludeFindings } from './conclude-findings.ts';
import { BUDGET_SPENT, gatherEvidence, storedEvidence } from './gather-evidence.ts';
import { keepProgress, type ProgressKeeper } from './investigation-progress.ts';
import type { Reasoner } from './llm/reasoner.ts';
import { type PlannedStep, planEvidence, widenEvidence } from './plan-evidence.ts';
import { settleReport } from './settle-report.ts';

export type InvestigateDeps = {
  store: Store;
  gateway: McpGateway;
  reasoner: Reasoner;
  agents: AgentDefinition[];
  /** Asks the post pool to bring the incident's reply up to date. */
  requestPost: (incident: { id: string; run: number; priority: number }, revision?: number) => Promise<void>;
  logger: Logger;
  metrics: Metrics;
};

/** Evidence may take this share of the time budget; the rest is for reasoning and verification. */
const GATHER_SHARE = 0.5;

const NOTHING_TO_ASK: EvidenceGap = {
  what: 'any evidence',
  why: 'the alert names no service, host or pod that could be looked at',
};

type Context = {
  deps: InvestigateDeps;
  incident: Incident;
  agent: PoolAgent;
  alerts: Alert[];
  lease: Lease;
  signal: AbortSignal;
  progress: ProgressKeeper;
  /** When the investigation first started: a resumed run asks for the same time ranges. */
  startedAt: Date;
  deadline: number;
};

type Draft = { report: Report; usage: LlmUsage | null };
type Analysis = { evidence: Evidence[]; findings: Finding[]; gaps: EvidenceGap[] };

/**
 * The investigate stage: gather evidence, run the detectors, follow up what they suggest, let the LLM reason over both,
 * verify the result, and store it. Every step that is stored is not done again after a restart. Throws LeaseLostError when
 * another worker has taken over, and whatever the store throws; a source or an LLM that is away never fails it.
 */
export async function investigateAlert(deps: InvestigateDeps, lease: Lease, signal: AbortSignal): Promise<Report> {
  const context = await loadContext(deps, lease, signal);
  const analysis = await gatherAndAnalyse(context);
  const draft = await conclude(context, analysis);
  const { report, struck } = await settleReport(draft.report, {
    ...analysis,
    alerts: context.alerts,
    agent: context.agent,
  });
  if (struck.length > 0) {
    deps.metrics.struckClaims.inc(struck.length);
    deps.logger.info('claims without evidence were struck', { incident: context.incident.id, struck });
  }
  const revision = await deps.store.investigations.saveReport(lease, report, draft.usage);
  await deps.requestPost(context.incident, revision);
  return report;
}

async function loadContext(deps: InvestigateDeps, lease: Lease, signal: AbortSignal): Promise<Context> {
  const { store, agents } = deps;
  const [incident, alerts, investigation] = await Promise.all([
    store.incidents.find(lease.incidentId),
    store.incidents.alerts(lease.incidentId),
    store.investigations.find(lease.incidentId, lease.run),
  ]);
  if (!incident || !investigation) throw new FleetError('bug', `incident ${lease.incidentId} is not in the store`);
  const agent = poolAgents(agents).find((item) => item.name === incident.agent);
  if (!agent) throw new FleetError('config_invalid', `there is no agent ${incident.agent} with a pool`);
  const show = () => deps.requestPost(incident);
  const startedAt = new Date(investigation.startedAt);
  return {
    deps,
    incident,
    agent,
    alerts: alerts.map((item) => item.alert),
    lease,
    signal,
    progress: keepProgress({ investigations: store.investigations, show, now: () => new Date() }, lease),
    startedAt,
    deadline: Date.now() + agent.pool.budget.seconds * 1000,
  };
}

async function gatherAndAnalyse(context: Context): Promise<Analysis> {
  const { deps, agent, alerts, lease, progress, startedAt } = context;
  const facts = alertFacts(alerts, startedAt);
  const plan = planEvidence(agent, facts, alertText(alerts));
  const analyse = (evidence: Evidence[]) => analyseInTurns(agent, { alerts, facts, evidence, now: startedAt });

  const known = await storedEvidence(gatherDeps(deps), lease);
  const gather = (steps: PlannedStep[]) =>
    withinGatherBudget(context, (signal) => gatherEvidence(gatherDeps(deps), lease, known, steps, signal));

  await progress.start('gathering evidence');
  const first = await gather(plan.steps);
  const firstFindings = await analyse(first.evidence);
  const followUps = widenEvidence(firstFindings.findings, first.evidence, facts);
  const all = followUps.length ? await gather(followUps) : first;
  const asked = plan.steps.length + followUps.length;
  await progress.end(`${all.evidence.length} of ${asked} questions answered`);

  const { findings, gaps } = followUps.length ? await analyse(all.evidence) : firstFindings;
  const allGaps = dedupeGaps([
    ...(asked === 0 ? [NOTHING_TO_ASK] : []),
    ...plan.gaps,
    ...first.gaps,
    ...all.gaps,
    ...gaps,
  ]);
  await deps.store.investigations.saveFindings(lease, findings, allGaps);
  const found = findings.length === 0 ? 'no finding' : `${findings.length} finding${findings.length > 1 ? 's' : ''}`;
  await progress.add('running the detectors', found);
  return { evidence: all.evidence, findings, gaps: allGaps };
}

const gatherDeps = ({ gateway, store }: InvestigateDeps) => ({ gateway, investigations: store.investigations });

async function withinGatherBudget<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const left = (context.deadline - Date.now()) * GATHER_SHARE;
  return await withBudget(context.signal, left, work);
}

/** Like a deadline, but the work is told that only the budget is spent, so that it can conclude with what it has. */
async function withBudget<T>(outer: AbortSignal, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(BUDGET_SPENT), Math.max(0, ms));
  try {
    return await work(AbortSignal.any([outer, budget.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** The LLM's report, or the detectors' where there is no LLM or it fails: the engineer gets an answer either way. */
async function conclude(context: Context, analysis: Analysis): Promise<Draft> {
  const { deps, agent, alerts, progress } = context;
  if (!deps.reasoner.configured) return { report: concludeFindings({ alerts, agent, ...analysis }), usage: null };
  await progress.start('reasoning over the evidence');
  const result = await reason(context, analysis).catch((error: unknown) => withoutLlm(context, analysis, error));
  if (result.usage === null) return result;
  deps.metrics.llmCalls.inc({ outcome: 'ok' });
  countTokens(deps.metrics, result.usage);
  await progress.end('done, verifying');
  return result;
}

async function withoutLlm(context: Context, analysis: Analysis, error: unknown): Promise<Draft> {
  const { deps, agent, alerts, progress } = context;
  if (context.signal.aborted) throw error;
  const failure = error instanceof DependencyError ? error.failure : 'deadline_exceeded';
  deps.metrics.llmCalls.inc({ outcome: failure });
  deps.logger.warn('the LLM did not answer; the report is the detectors alone', {
    incident: context.incident.id,
    failure,
    error: describeError(error),
  });
  await progress.end('the LLM did not answer', 'failed');
  const gaps = [
    ...analysis.gaps,
    { what: 'reasoning by the LLM', why: `${failure}: ${describeError(error)}`.slice(0, 300) },
  ];
  return { report: concludeFindings({ alerts, agent, ...analysis, gaps }), usage: null };
}

/** One more try where trying again can help and the budget allows it; the queue must not redo the gathering for it. */
async function reason(context: Context, { evidence, findings, gaps }: Analysis) {
  const { deps, agent, alerts, signal } = context;
  const input = { agent, alerts, evidence, findings, gaps };
  const attempt = () =>
    withBudget(signal, context.deadline - Date.now(), (limited) => deps.reasoner.reason(input, limited));
  try {
    return await attempt();
  } catch (error) {
    const waitMs = error instanceof DependencyError ? (error.retryAfterMs ?? 500) : 0;
    const worthIt =
      error instanceof DependencyError && error.retryable && Date.now() + waitMs + 5_000 < context.deadline;
    if (!worthIt || signal.aborted) throw error;
    await pause(waitMs, signal);
    return await attempt();
  }
}

function countTokens(metrics: Metrics, { model, promptTokens, completionTokens }: LlmUsage): void {
  if (promptTokens !== null) metrics.llmTokens.inc({ model, kind: 'prompt' }, promptTokens);
  if (completionTokens !== null) metrics.llmTokens.inc({ model, kind: 'completion' }, completionTokens);
}

function dedupeGaps(gaps: EvidenceGap[]): EvidenceGap[] {
  return [...new Map(gaps.map((gap) => [gap.what, gap])).values()];
}
