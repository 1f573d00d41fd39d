import { pause } from '../../src/shared/deadline.ts';
import type { Report } from '../../src/shared/report.ts';
import type { Progress } from '../../src/shared/store/investigation-store.ts';
import type { InProcessFleet } from '../fleet-in-process.ts';

/** What the demo reads from `GET /api/incidents/:id`. */
export type IncidentDetails = {
  id: string;
  state: string;
  reason: string | null;
  agent: string;
  decision: { reasons: string[] };
  slack: { threadTs: string | null };
  investigations: { progress: Progress[] }[];
  report: Report | null;
};

/**
 * Follows the incident of a Slack message through the public API until it ends, telling each new stage once. Resolves to
 * the incident, or to the reason why it did not end in time.
 */
export async function followIncident(
  fleet: InProcessFleet,
  threadTs: string,
  timeout: AbortSignal,
  tell: (line: string) => void,
): Promise<IncidentDetails | string> {
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) tell(line);
    told.add(line);
  };
  let last: IncidentDetails | null = null;
  while (!timeout.aborted) {
    last = await findIncident(fleet, threadTs);
    if (last) for (const line of stagesOf(last)) tellOnce(line);
    if (last && ['posted', 'suppressed', 'resolved_early', 'dead'].includes(last.state)) return last;
    await pause(50, timeout);
  }
  return last ? `no answer in time, the incident is ${last.state}` : 'no incident was made for it';
}

async function findIncident(fleet: InProcessFleet, threadTs: string): Promise<IncidentDetails | null> {
  const { items } = await get<{ items: { id: string; slack: { threadTs: string | null } }[] }>(fleet, '/api/incidents');
  const item = items.find(({ slack }) => slack.threadTs === threadTs);
  return item ? await get<IncidentDetails>(fleet, `/api/incidents/${item.id}`) : null;
}

async function get<T>(fleet: InProcessFleet, path: string): Promise<T> {
  const response = await fetch(`${fleet.producer}${path}`, {
    headers: { authorization: `Bearer ${fleet.adminToken}` },
  });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The stages that the incident has behind it, in their order. */
function stagesOf(incident: IncidentDetails): string[] {
  const lines = [
    'receive      written down',
    `classify     ${incident.agent} agent: ${incident.decision.reasons[0] ?? ''}`,
  ];
  if (incident.state !== 'received') lines.push('enqueue      queued');
  for (const { what, status, outcome } of incident.investigations[0]?.progress ?? []) {
    if (status !== 'running') lines.push(`investigate  ${what}: ${outcome}`);
  }
  if (incident.report)
    lines.push(`report       ${incident.report.verdict}, ${Math.round(incident.report.rootCause.confidence * 100)} %`);
  if (incident.state === 'posted') lines.push('post         in the thread');
  return lines;
}
