import { randomUUID } from 'node:crypto';
import { createClassifier } from '../../src/producer/classify-alert.ts';
import { SOURCES } from '../../src/producer/sources/index.ts';
import type { AgentDefinition } from '../../src/shared/agents/agent-definition.ts';
import type { Alert } from '../../src/shared/alert.ts';
import type { Config } from '../../src/shared/config.ts';
import { openEmbeddedDatabase } from '../../src/shared/database/embedded-database.ts';
import { migrate } from '../../src/shared/database/migrate.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { openGateway } from '../../src/shared/mcp/open-gateway.ts';
import { createMetrics } from '../../src/shared/metrics.ts';
import type { Report } from '../../src/shared/report.ts';
import { createShutdown, type Shutdown } from '../../src/shared/shutdown.ts';
import type { Claim } from '../../src/shared/store/investigation-store.ts';
import { createStore, type Store } from '../../src/shared/store/store.ts';
import { createAnalyst } from '../../src/workers/analysis/analyst.ts';
import { investigateAlert } from '../../src/workers/investigate-alert.ts';
import { whileLeased } from '../../src/workers/keep-lease.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import type { ReportView } from '../../src/workers/report-view.ts';
import { loadReportView } from '../../src/workers/report-view-from-store.ts';
import { plainText } from './plain-text.ts';
import { tellProgress } from './tell-progress.ts';

export type HereDeps = { config: Config; agents: AgentDefinition[]; tell: (line: string) => void };

/** An investigation's answer, and what its messages are written from. */
export type HereAndNow = { report: Report; view: ReportView };

/** The fields of an alert in the documented JSON of the source `generic`. */
export type AlertFields = { title: string; labels: Record<string, string>; [field: string]: unknown };

const CLOSE_MS = 5_000;

/**
 * One investigation without producer, queue and Slack, on a database in memory that ends with it: the production code from
 * parsing the alert to the verified report. Throws FleetError `body_invalid` for fields that the source does not take.
 */
export async function investigateHere(deps: HereDeps, fields: AlertFields, signal: AbortSignal): Promise<HereAndNow> {
  const alert = readAlert(fields);
  const shutdown = createShutdown(silentLogger);
  try {
    const store = await openStore(shutdown);
    const claim = await takeUp(deps, store, alert);
    return await investigate(deps, store, claim, signal, shutdown);
  } finally {
    await shutdown.close(CLOSE_MS);
  }
}

function readAlert(fields: AlertFields): Alert {
  const given = Object.entries({ ...fields, status: 'firing' }).filter(([, value]) => value !== undefined);
  const context = { receivedAt: new Date(), headers: {}, ownSlack: null };
  const [alert] = SOURCES.generic.parse(Object.fromEntries(given), context).alerts;
  if (!alert) throw new FleetError('body_invalid', 'this is no alert');
  return alert;
}

async function openStore(shutdown: Shutdown): Promise<Store> {
  const database = await openEmbeddedDatabase(null);
  shutdown.push('database', () => database.close());
  await migrate(database);
  return createStore(database);
}

/** Receive, classify and claim: what producer, queue and worker do between them. */
async function takeUp({ agents, tell }: HereDeps, store: Store, alert: Alert): Promise<Claim> {
  const classification = createClassifier(agents)(alert);
  for (const reason of classification.reasons) tell(`classify     ${plainText(reason)}`);
  const classified = { alertId: randomUUID(), incidentId: randomUUID(), alert, classification };
  const [decision] = await store.intake.storeAlerts([classified]);
  const claim = await store.investigations.claim(decision!.incidentId, 1, 'investigate');
  if (claim.outcome === 'claimed') return claim;
  throw new FleetError('bug', `the incident that was just made cannot be claimed: ${claim.outcome}`);
}

async function investigate(
  { config, agents, tell }: HereDeps,
  store: Store,
  claim: Claim,
  signal: AbortSignal,
  shutdown: Shutdown,
): Promise<HereAndNow> {
  const { lease } = claim;
  const { incidentId, run } = lease;
  const { investigations } = store;
  const metrics = createMetrics();
  const gateway = openGateway(config, silentLogger, metrics);
  shutdown.push('MCP gateway', () => gateway.close());
  const showProgress = tellProgress(async () => (await investigations.find(incidentId, run))?.progress ?? [], tell);
  const reasoner = createReasoner(config.llm);
  const analyst = createAnalyst();
  shutdown.push('analysis', () => analyst.close());
  const deps = { store, gateway, analyst, reasoner, agents, requestPost: showProgress, logger: silentLogger, metrics };
  const report = await whileLeased(investigations, lease, signal, (leased) => investigateAlert(deps, claim, leased));
  const view = await loadReportView(store, agents, incidentId, run, null);
  if (!view) throw new FleetError('bug', 'the investigation is not in the store');
  return { report, view };
}
