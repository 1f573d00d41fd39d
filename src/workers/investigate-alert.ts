import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { type PoolAgent, poolAgents } from '../shared/agents/load-agents.ts';
import type { Alert, AlertClass } from '../shared/alert.ts';
import type { Chart } from '../shared/chart.ts';
import { DependencyError, describeError, FleetError } from '../shared/errors.ts';
import type { Incident } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import { maskAddressesIn } from '../shared/mask-addresses.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Evidence, EvidenceGap, Finding, Report } from '../shared/report.ts';
import type { IncidentAlert } from '../shared/store/incident-store.ts';
import type { Claim, Lease } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';
import { alertFacts, alertText } from './alert-facts.ts';
import type { Analyst } from './analysis/analyst.ts';
import type { ChartInput } from './charts/chart-input.ts';
import { chartsOrNone } from './charts/choose-charts.ts';
import type { ConcludeInput } from './conclude-findings.ts';
import type { DetectorInput } from './detectors/detector.ts';
import { oncePer } from './detectors/support/once-per.ts';
import type { PlannedStep } from './evidence-plan/question.ts';
import { type EvidenceGateway, gatherEvidence, type KnownEvidence, storedEvidence } from './gather-evidence.ts';
import { gatherInRounds } from './gather-in-rounds.ts';
import { addIncidentAlerts } from './incident-alerts.ts';
import { keepProgress, type ProgressKeeper } from './investigation-progress.ts';
import {
  inDetectSpan,
  inGatherSpan,
  inReasonSpan,
  inSaveSpan,
  inVerifySpan,
  linkAlerts,
} from './investigation-spans.ts';
import { createEvidenceSource, type EvidenceSource } from './llm/evidence-source.ts';
import type { Reasoner } from './llm/reasoner.ts';
import { keepLlmAccount, type LlmAccount } from './llm-account.ts';
import { planEvidence } from './plan-evidence.ts';
import { settleReport } from './settle-report.ts';
import { withinBudget } from './within-budget.ts';

export type InvestigateDeps = {
  store: Store;
  gateway: EvidenceGateway;
  analyst: Analyst;
  reasoner: Reasoner;
  agents: AgentDefinition[];
  /** Asks the post pool to bring the incident's reply up to date. */
  requestPost: (incident: { id: string; run: number; priority: number }, revision?: number) => Promise<void>;
  logger: Logger;
  metrics: Metrics;
  /** Whether what the alerts themselves say of IP addresses is hidden too; evidence and Slack are the gateway's. */
  maskIpAddresses?: boolean;
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
  /** The same with when they came. */
  received: IncidentAlert[];
  lease: Lease;
  /** An earlier worker may have stored some of its steps. */
  resumed: boolean;
  signal: AbortSignal;
  progress: ProgressKeeper;
  account: LlmAccount;
  /** When the investigation first started: a resumed run asks for the same time ranges. */
  startedAt: Date;
  /** Ms of `performance.now()`: a clock that is put right must not end it, nor prolong it. */
  deadline: number;
};

type Draft = { report: Report /** With what the LLM asked for. */; evidence: Evidence[] };
type Analysis = {
  evidence: Evidence[];
  findings: Finding[];
  gaps: EvidenceGap[];
  /** What the detectors were given last. */
  seen: DetectorInput;
  alertClass: AlertClass;
  source: EvidenceSource;
};

/**
 * The investigate stage: gather evidence, run the detectors, follow up what they suggest, let the LLM reason over both,
 * verify the result, and store it. Every step that is stored is not done again after a restart. Throws LeaseLostError when
 * another worker has taken over, and whatever the store throws; a source or an LLM that is away never fails it.
 */
export async function investigateAlert(deps: InvestigateDeps, claim: Claim, signal: AbortSignal): Promise<Report> {
  const context = await loadContext(deps, claim, signal);
  linkAlerts(context.received, claim.trace);
  try {
    return await investigate(context);
  } finally {
    await context.progress.close();
  }
}

async function investigate(context: Context): Promise<Report> {
  const { deps, lease, progress, alerts, agent, account } = context;
  const analysis = await gatherAndAnalyse(context);
  const draft = await conclude(context, analysis);
  const settled = { ...analysis, evidence: draft.evidence, alerts, agent };
  const { report, struck } = await inVerifySpan(() =>
    settleReport(draft.report, settled, (input) => concluded(context, input)),
  );
  if (struck.length > 0) {
    deps.metrics.struckClaims.inc(struck.length);
    deps.logger.info('claims without evidence were struck', { incident: context.incident.id, struck });
  }
  const drawn = { shown: report, charts: chartsOf(context, { ...analysis, evidence: draft.evidence, report }) };
  const { shown, charts } = deps.maskIpAddresses ? maskAddressesIn(drawn) : drawn;
  // A card that was asked for behind the report would be a revision more.
  await progress.close();
  const { investigations } = deps.store;
  const revision = await inSaveSpan(() =>
    investigations.saveReport(lease, shown, account.total(), charts, progress.lines()),
  );
  await deps.requestPost(context.incident, revision);
  return report;
}

function chartsOf({ deps, alerts, incident, startedAt }: Context, about: Omit<ChartInput, 'alerts' | 'now'>): Chart[] {
  return chartsOrNone({ ...about, alerts, now: startedAt }, (error) =>
    deps.logger.warn('no chart could be chosen', { incident: incident.id, error: describeError(error) }),
  );
}

async function loadContext(deps: InvestigateDeps, claim: Claim, signal: AbortSignal): Promise<Context> {
  const { store, agents } = deps;
  const { lease, attempts, usage, startedAt } = claim;
  const { incidentId } = lease;
  const [incident, alerts] = await Promise.all([store.incidents.find(incidentId), store.incidents.alerts(incidentId)]);
  if (!incident) throw new FleetError('bug', `incident ${incidentId} is not in the store`);
  const agent = poolAgents(agents).find((item) => item.name === incident.agent);
  if (!agent) throw new FleetError('config_invalid', `there is no agent ${incident.agent} with a pool`);
  const show = () => deps.requestPost(incident);
  return {
    deps,
    incident,
    agent,
    alerts: alerts.map((item) => item.alert),
    received: alerts,
    lease,
    resumed: attempts > 1,
    signal,
    progress: keepProgress({ investigations: store.investigations, show, now: () => new Date() }, lease),
    account: keepLlmAccount(deps, lease, usage),
    startedAt: new Date(startedAt),
    deadline: performance.now() + agent.pool.budget.seconds * 1000,
  };
}

async function gatherAndAnalyse(context: Context): Promise<Analysis> {
  const { deps, incident, agent, alerts, received, lease, progress, startedAt } = context;
  const facts = alertFacts(alerts, startedAt);
  const plan = planEvidence(agent, facts, alertText(alerts));
  const inputOf = oncePer((evidence: Evidence[]) => ({ alerts, facts, evidence, now: startedAt }));
  const analyse = (evidence: Evidence[]) =>
    inDetectSpan(evidence.length, () => deps.analyst.analyse(agent, inputOf(evidence), context.signal));

  const known: KnownEvidence = context.resumed ? await storedEvidence(gatherDeps(deps), lease) : new Map();
  const ofIntake = await addIncidentAlerts(deps, lease, received, known);
  let round = 0;
  const gather = (steps: PlannedStep[]) =>
    inGatherSpan(++round, steps.length, () =>
      withinGatherBudget(context, (signal) => gatherEvidence(gatherDeps(deps), lease, known, steps, signal)),
    );

  await progress.start('gathering evidence');
  const rounds = await gatherInRounds({ gather, analyse }, plan, facts);
  const { evidence, findings, asked } = rounds;
  progress.end(`${evidence.length - ofIntake} of ${asked} questions answered`);
  const allGaps = dedupeGaps([...(asked === 0 ? [NOTHING_TO_ASK] : []), ...rounds.gaps]);
  const found = findings.length === 0 ? 'no finding' : `${findings.length} finding${findings.length > 1 ? 's' : ''}`;
  progress.add('running the detectors', found);
  await deps.store.investigations.saveFindings(lease, findings, allGaps, progress.lines());
  const source = createEvidenceSource(gatherDeps(deps), lease, known, facts, deps.logger.warn);
  return { evidence, findings, gaps: allGaps, seen: inputOf(evidence), alertClass: incident.class, source };
}

const gatherDeps = ({ gateway, store }: InvestigateDeps) => ({ gateway, investigations: store.investigations });

async function withinGatherBudget<T>(context: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const left = (context.deadline - performance.now()) * GATHER_SHARE;
  return await withinBudget(context.signal, left, work);
}

/** The LLM's report, or the detectors' where there is no LLM or it fails: the engineer gets an answer either way. */
async function conclude(context: Context, analysis: Analysis): Promise<Draft> {
  const { deps, progress } = context;
  const { evidence } = analysis;
  if (!deps.reasoner.configured) return { report: await concluded(context, analysis), evidence };
  const { incident, lease } = context;
  const refused = await deps.store.budgets.admit(incident.id, lease.run, incident.severity, incident.beyondBudget);
  if (refused) return await beyondBudget(context, analysis, refused);
  await progress.start('reasoning over the evidence');
  try {
    return await reason(context, analysis);
  } catch (error) {
    return await withoutLlm(context, analysis, error);
  }
}

/** The detectors alone, which the report says, and whoever wants more can have it by "investigate anyway". */
async function beyondBudget(context: Context, analysis: Analysis, why: string) {
  const { deps, incident, lease, progress } = context;
  deps.metrics.budgetRefusals.inc({ severity: incident.severity });
  progress.add('reasoning over the evidence', `left out, ${why}`);
  await deps.store.investigations.noteDecision(lease, 'detectors_only', why);
  const gaps = [...analysis.gaps, { what: 'reasoning by the LLM', why }];
  return { report: await concluded(context, { ...analysis, gaps }), evidence: analysis.evidence };
}

async function withoutLlm(context: Context, analysis: Analysis, error: unknown): Promise<Draft> {
  const { deps, progress } = context;
  if (context.signal.aborted || !isOfLlm(error)) throw error;
  const failure = error instanceof DependencyError ? error.failure : 'deadline_exceeded';
  deps.metrics.llmCalls.inc({ outcome: failure });
  deps.logger.warn('the LLM did not answer; the report is the detectors alone', {
    incident: context.incident.id,
    failure,
    error: describeError(error),
  });
  progress.end('the LLM did not answer', 'failed');
  // An outage must not use up the budget of the hour after it.
  if (UNPAID.has(failure) && context.account.total() === null)
    await deps.store.budgets.giveBack(context.incident.id, context.lease.run);
  const gaps = [
    ...analysis.gaps,
    { what: 'reasoning by the LLM', why: `${failure}: ${describeError(error)}`.slice(0, 300) },
  ];
  const report = await concluded(context, { ...analysis, gaps });
  return { report, evidence: analysis.evidence };
}

/** Failures of an LLM that has not begun to answer, so that nobody has to pay for it. */
const UNPAID: ReadonlySet<string> = new Set(['connection', 'overload', 'rate_limit', 'breaker_open', 'auth']);

/** A lost lease or a database that is away while the LLM's questions were answered is no failure of the LLM. */
const isOfLlm = (error: unknown) =>
  error instanceof DependencyError || !(error instanceof FleetError) || error.code === 'deadline_exceeded';

async function reason(context: Context, analysis: Analysis): Promise<Draft> {
  const { deps, agent, alerts, signal, deadline, account, progress } = context;
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
function concluded({ deps, agent, alerts, signal }: Context, about: Omit<ConcludeInput, 'agent' | 'alerts'>) {
  const { findings, evidence, gaps, alertClass, seen } = about;
  return deps.analyst.conclude({ alerts, agent, findings, evidence, gaps, alertClass, seen }, signal);
}

function dedupeGaps(gaps: EvidenceGap[]): EvidenceGap[] {
  return [...new Map(gaps.map((gap) => [gap.what, gap])).values()];
}
