import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import { type PoolAgent, poolAgents } from '../shared/agents/load-agents.ts';
import type { Alert, AlertClass } from '../shared/alert.ts';
import { FleetError } from '../shared/errors.ts';
import type { Incident } from '../shared/incident.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Evidence, EvidenceGap, Finding, Report } from '../shared/report.ts';
import type { IncidentAlert } from '../shared/store/incident-store.ts';
import type { Claim, Lease } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';
import type { Analyst } from './analysis/analyst.ts';
import type { DetectorInput } from './detectors/detector.ts';
import type { EvidenceGateway } from './gather-evidence.ts';
import { keepProgress, type ProgressKeeper } from './investigation-progress.ts';
import type { EvidenceSource } from './llm/evidence-source.ts';
import type { Reasoner } from './llm/reasoner.ts';
import { keepLlmAccount, type LlmAccount } from './llm-account.ts';

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

/** One run of an incident, with all that its steps work on. */
export type Investigation = {
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

/** What is known before anybody concludes from it. */
export type Analysis = {
  evidence: Evidence[];
  findings: Finding[];
  gaps: EvidenceGap[];
  /** What the detectors were given last. */
  seen: DetectorInput;
  alertClass: AlertClass;
  source: EvidenceSource;
};

/** A report that is not verified yet. */
export type Draft = { report: Report /** With what the LLM asked for. */; evidence: Evidence[] };

/** What the claimed run starts with. Throws FleetError `bug` or `config_invalid` where the store or the agents do not know what they should. */
export async function loadInvestigation(
  deps: InvestigateDeps,
  claim: Claim,
  signal: AbortSignal,
): Promise<Investigation> {
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
