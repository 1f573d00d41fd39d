import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import type { Incident } from '../shared/incident.ts';
import type { Investigation } from '../shared/store/investigation-store.ts';
import type { CurrentRun } from '../shared/store/read-run.ts';
import type { Store } from '../shared/store/store.ts';
import type { ReportView } from './report-view.ts';

/** With the message of ours that the thread begins with, where there is one. */
export type StoredReportView = ReportView & Pick<CurrentRun, 'root'>;

/**
 * Reads what the messages of an incident's current run are written from; null when the run is no longer the current one.
 * `publicUrl` is where people reach the producer, for a link to the incident's page.
 */
export async function loadReportView(
  store: Store,
  agents: AgentDefinition[],
  incidentId: string,
  run: number,
  publicUrl: string | null,
): Promise<StoredReportView | null> {
  const current = await store.incidents.currentRun(incidentId, run);
  if (!current) return null;
  const { incident, investigation, evidence, root } = current;
  const crowd = incident.alertCount > 1 ? await store.incidents.crowd(incidentId, run) : null;
  return {
    incident,
    crowd,
    agentTitle: agents.find((agent) => agent.name === incident.agent)?.title ?? incident.agent,
    routingNote: routingNote(incident),
    phase: phaseOf(incident, investigation),
    progress: (investigation?.progress ?? []).map(({ stage, what, status, outcome }) => ({
      stage,
      what,
      status,
      outcome,
    })),
    report: investigation?.report ?? null,
    evidence,
    root,
    usage: investigation?.usage ?? null,
    failure: incident.state === 'dead' ? `${incident.deadReason}: ${incident.reason}` : null,
    receivedAt: incident.createdAt,
    finishedAt: investigation?.finishedAt ?? incident.finishedAt,
    pageUrl: publicUrl === null ? null : `${publicUrl}/incidents/${incidentId}`,
  };
}

function phaseOf(incident: Incident, investigation: Investigation | null): ReportView['phase'] {
  if (incident.state === 'dead' && !investigation?.report) return 'failed';
  return investigation?.report ? 'done' : 'working';
}

/** Said in the report where the class has no pool of its own yet. */
function routingNote({ class: alertClass, agent, classification }: Incident): string | null {
  if (alertClass === agent) return null;
  return classification.reasons.at(-1) ?? `${alertClass} alerts are answered by the ${agent} agent`;
}
