import type { AgentDefinition } from '../shared/agents/agent-definition.ts';
import type { Incident } from '../shared/incident.ts';
import type { Investigation } from '../shared/store/investigation-store.ts';
import type { Store } from '../shared/store/store.ts';
import type { ReportView } from './report-view.ts';

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
): Promise<ReportView | null> {
  const incident = await store.incidents.find(incidentId);
  if (!incident || incident.run !== run) return null;
  const investigation = await store.investigations.find(incidentId, run);
  // The card of a running investigation is written often, and cites nothing.
  const evidence = investigation?.report ? await store.investigations.evidenceHeads(incidentId, run) : [];
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
