import type { Chart } from '../shared/chart.ts';
import { describeError } from '../shared/errors.ts';
import { maskAddressesIn } from '../shared/mask-addresses.ts';
import type { Report } from '../shared/report.ts';
import type { Claim } from '../shared/store/investigation-store.ts';
import type { ChartInput } from './charts/chart-input.ts';
import { chartsOrNone } from './charts/choose-charts.ts';
import { gatherAndAnalyse } from './gather-and-analyse.ts';
import { type InvestigateDeps, type Investigation, loadInvestigation } from './investigation.ts';
import { inSaveSpan, inVerifySpan, linkAlerts } from './investigation-spans.ts';
import { detectorsConclusion, reachConclusion } from './reach-conclusion.ts';
import { settleReport } from './settle-report.ts';

/**
 * The investigate stage: gather evidence, run the detectors, follow up what they suggest, let the LLM reason over both,
 * verify the result, and store it. Every step that is stored is not done again after a restart. Throws LeaseLostError when
 * another worker has taken over, and whatever the store throws; a source or an LLM that is away never fails it.
 */
export async function investigateAlert(deps: InvestigateDeps, claim: Claim, signal: AbortSignal): Promise<Report> {
  const investigation = await loadInvestigation(deps, claim, signal);
  linkAlerts(investigation.received, claim.trace);
  try {
    return await investigate(investigation);
  } finally {
    await investigation.progress.close();
  }
}

async function investigate(investigation: Investigation): Promise<Report> {
  const { deps, lease, progress, alerts, agent, account } = investigation;
  const analysis = await gatherAndAnalyse(investigation);
  const draft = await reachConclusion(investigation, analysis);
  const settled = { ...analysis, evidence: draft.evidence, alerts, agent };
  const { report, struck } = await inVerifySpan(() =>
    settleReport(draft.report, settled, (input) => detectorsConclusion(investigation, input)),
  );
  if (struck.length > 0) {
    deps.metrics.struckClaims.inc(struck.length);
    deps.logger.info('claims without evidence were struck', { incident: investigation.incident.id, struck });
  }
  const drawn = { shown: report, charts: chartsOf(investigation, { ...analysis, evidence: draft.evidence, report }) };
  const { shown, charts } = deps.maskIpAddresses ? maskAddressesIn(drawn) : drawn;
  // A card that was asked for behind the report would be a revision more.
  await progress.close();
  const { investigations } = deps.store;
  const revision = await inSaveSpan(() =>
    investigations.saveReport(lease, shown, account.total(), charts, progress.lines()),
  );
  await deps.requestPost(investigation.incident, revision);
  return report;
}

function chartsOf(
  { deps, alerts, incident, startedAt }: Investigation,
  about: Omit<ChartInput, 'alerts' | 'now'>,
): Chart[] {
  return chartsOrNone({ ...about, alerts, now: startedAt }, (error) =>
    deps.logger.warn('no chart could be chosen', { incident: incident.id, error: describeError(error) }),
  );
}
